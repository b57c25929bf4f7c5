import { z } from "zod";
import { OPERATIONS } from "../contract/statuses.ts";

/** Moments of a request at which a fault can take effect, in order: `http/serve.ts` shows them. */
export const PHASES = ["beforeParse", "afterValidate", "afterCommit", "headers", "body", "afterAnswer"] as const;
export type Phase = (typeof PHASES)[number];

const headers = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

const when = {
  operation: z.enum([...OPERATIONS, "any"]),
  phase: z.enum(PHASES).optional(),
  /** The first matching call it affects, from 1, counted from when it was added. Default 1. */
  nth: z.int().min(1).optional(),
  /** Affects each such call from `nth` on: 1 = all, 2 = every other. Without it, consecutive calls. */
  every: z.int().min(1).optional(),
  /** How often it takes effect. Default once; with `every`, each time. */
  times: z.int().min(1).optional(),
  /** Only requests about this key. */
  keyId: z.string().optional(),
  /** Only requests of this account (index). */
  account: z.int().nonnegative().optional(),
  /** Only list requests with at least this offset: 1 = every page but the first. */
  minOffset: z.int().nonnegative().optional(),
};

const spec = <K extends string, S extends z.ZodRawShape>(kind: K, fields: S) =>
  z.strictObject({ ...when, kind: z.literal(kind), ...fields });

/** One fault: when it takes effect (operation, call, phase) and what it does. */
export const faultSpec = z.discriminatedUnion("kind", [
  /** Any status, headers and body; without a body, the error envelope that goes with the status. */
  spec("status", { status: z.int().min(200).max(599), headers: headers.optional(), body: z.unknown().optional() }),
  /** Connection reset (RST). */
  spec("reset", {}),
  /** Connection closed (FIN) without more. */
  spec("close", {}),
  /** Goes on after `ms` of real time. */
  spec("delay", { ms: z.number().nonnegative() }),
  /** Holds the request until released; dropped, uncommitted if it was, when the client goes. */
  spec("hang", {}),
  /** Holds the request until released, even if the client has gone; it then continues. */
  spec("pause", {}),
  /** A whole HTTP answer whose JSON is cut after `bytes` (default half). */
  spec("truncated", { bytes: z.int().nonnegative().optional() }),
  /** A whole HTTP answer whose body isn't JSON any more. */
  spec("malformed", {}),
  /** A proxy's page; status 502 if not given. */
  spec("html", { status: z.int().min(200).max(599).optional() }),
  /** No body; status as it would have been if not given. */
  spec("empty", { status: z.int().min(200).max(599).optional() }),
  /** Fields with values of another type: one (dotted path, `keys.0.id`) or every top-level one. */
  spec("wrongType", { field: z.string().optional() }),
  /** The right body, labelled `text/html`. */
  spec("wrongContentType", {}),
  /** Each header twice, the second time with another value. */
  spec("duplicateHeaders", {}),
  /** Nothing but what HTTP needs: no type, date, request id, limits, Retry-After. */
  spec("missingHeaders", {}),
  /** The list as it was before this account's last `writes` writes (default 1), or at an instant. */
  spec("staleList", { writes: z.int().min(1).optional(), at: z.string().optional() }),
  /** Every page is the first one and says there are more. */
  spec("loopingPages", {}),
]);
export type FaultSpec = z.infer<typeof faultSpec>;
export type FaultKind = FaultSpec["kind"];

const EARLY: readonly Phase[] = ["afterCommit", "beforeParse", "afterValidate"];
const ANSWER: readonly Phase[] = ["afterCommit", "headers", "body"];
const GATES: readonly Phase[] = ["beforeParse", "afterValidate", "afterCommit", "headers", "body"];

/** Where each kind makes sense; the first is the default. */
export const KIND_PHASES: Readonly<Record<FaultKind, readonly Phase[]>> = {
  status: ["beforeParse", "afterValidate", "afterCommit"],
  html: ["beforeParse", "afterValidate", "afterCommit"],
  empty: EARLY,
  reset: [...GATES, "afterAnswer"],
  close: [...GATES, "afterAnswer"],
  pause: [...GATES, "afterAnswer"],
  delay: GATES,
  hang: GATES,
  truncated: ANSWER,
  malformed: ANSWER,
  wrongType: ANSWER,
  wrongContentType: ANSWER,
  duplicateHeaders: ANSWER,
  missingHeaders: ANSWER,
  staleList: ["afterCommit"],
  loopingPages: ["afterCommit"],
};
