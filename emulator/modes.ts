import { z } from "zod";
import { widenSchema } from "./widen.ts";

/** What a real server may do differently without breaking the contract. All can be changed while it runs. */
export const modesSchema = z.strictObject({
  /** `patch`: PATCH updates a key. A number: the deployment has no update and answers with that status. */
  updates: z.union([z.literal("patch"), z.literal(404), z.literal(405), z.literal(501)]),
  /** Which of the three documented error envelopes is used. */
  errorShape: z.enum(["flat", "sdk", "zks"]),
  /** Answers show keys normalised: other case and order, canonical CIDR and instants, defaults and fields added. */
  normalise: z.boolean(),
  /** Answers say numbers as text, chains as numbers, and null for a restriction that isn't there. */
  loose: z.boolean(),
  /** What answers show of `metadata`. `capKeys` keeps the first n entries, `capLength` cuts string values. */
  metadata: z.union([
    z.enum(["keep", "drop", "reorder"]),
    z.strictObject({ capKeys: z.int().nonnegative() }),
    z.strictObject({ capLength: z.int().nonnegative() }),
  ]),
  /** A revoked key vanishes from the list instead of staying with `status: revoked`. */
  deleteForgets: z.boolean(),
  /** The most a page holds, whatever `limit` asks for. */
  maxPageSize: z.int().min(1).max(100),
  /** An issued key with `all`/`all` and no restriction may manage keys, as where the account's token is itself a key. */
  issuedKeysManage: z.boolean(),
  /** A create over quota with a taken name answers 429 instead of 409. */
  quotaBeforeName: z.boolean(),
  /** Take the client's address from `X-Forwarded-For`; without it every client is loopback. */
  trustProxy: z.boolean(),
  /** Refuse a webhook on loopback where nothing listens. Other hosts are never contacted. */
  checkWebhooks: z.boolean(),
  /** Keys get more than was asked for, or answers say so. This breaks the contract. */
  widen: z.union([z.literal("no"), widenSchema]),
});
export type Modes = z.infer<typeof modesSchema>;

/** Some of the modes, to change them. */
export const modeChange = modesSchema.partial();

/** The documented behaviour, as far as there is one. */
export const DEFAULT_MODES: Readonly<Modes> = {
  updates: 404,
  errorShape: "flat",
  normalise: false,
  loose: false,
  metadata: "keep",
  deleteForgets: false,
  maxPageSize: 100,
  issuedKeysManage: false,
  quotaBeforeName: false,
  trustProxy: false,
  checkWebhooks: false,
  widen: "no",
};
