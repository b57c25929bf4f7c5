import { z } from "zod";
import { KEY_STATUSES } from "../../provider/domain/vocabulary.ts";
import { createRequest } from "../../provider/domain/wire.ts";

/** What a client chose for a key and may change later; stored as JSON, versioned at every write. */
export const keyDoc = z.object({
  description: createRequest.shape.description,
  permissions: createRequest.shape.permissions,
  rateLimit: createRequest.shape.rateLimit,
  expiry: createRequest.shape.expiry,
  metadata: createRequest.shape.metadata,
  /** Never with the secret, which has a table of its own. */
  webhooks: z.array(z.object({ id: z.string(), url: z.string(), events: z.array(z.string()) })),
});
export type KeyDoc = z.infer<typeof keyDoc>;

const rowSchema = z.object({
  seq: z.number(),
  id: z.string(),
  account: z.number(),
  secretHash: z.string(),
  name: z.string(),
  doc: z.string(),
  createdAt: z.number(),
  expiresAt: z.number().nullable(),
  revokedAt: z.number().nullable(),
  lastUsed: z.number().nullable(),
  totalRequests: z.number(),
  status: z.enum(KEY_STATUSES),
});

/** A key as stored. Instants are epoch milliseconds. */
export interface KeyRecord extends Omit<z.infer<typeof rowSchema>, "doc"> {
  doc: KeyDoc;
}

/** One row of {@link keysAt} or {@link keysAsOf}. */
export function readRow(row: unknown): KeyRecord {
  const fields = rowSchema.parse(row);
  return { ...fields, doc: keyDoc.parse(JSON.parse(fields.doc)) };
}

const STATUS = `CASE
  WHEN revokedAt IS NOT NULL THEN 'revoked'
  WHEN expiresAt IS NOT NULL AND expiresAt <= $now THEN 'expired'
  WHEN inactive = 1 THEN 'inactive'
  ELSE 'active' END AS status`;

/** Every key now, with its status at `$now`. */
export const keysAt = `(SELECT *, ${STATUS} FROM keys)`;

/** An account's keys as of revision `$rev`; counters are those of now. */
export const keysAsOf = `(SELECT *, ${STATUS} FROM (
  SELECT k.seq, k.id, k.account, k.secretHash, v.name, v.doc, k.createdAt, k.expiresAt, v.revokedAt, v.inactive,
    k.lastUsed, k.totalRequests
  FROM versions v JOIN keys k ON k.id = v.keyId
  WHERE v.rev IN (SELECT MAX(rev) FROM versions WHERE account = $account AND rev <= $rev GROUP BY keyId)))`;
