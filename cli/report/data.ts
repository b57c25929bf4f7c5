import { z } from "zod";
import { RELATIONS } from "../reconcile/compare.ts";

/**
 * The data of a report: what `--out x.json` writes, what the page shows and carries along, and what `--since` reads.
 * A permanent interface; described in docs/report.md. Instants are ISO 8601 in UTC.
 */
const permission = z.object({
  resource: z.string(),
  actions: z.array(z.string()),
  restrictions: z.record(z.string(), z.array(z.string())).optional(),
});

/** One resource with one action, `all` expanded. */
const grant = z.object({
  resource: z.string(),
  action: z.string(),
  /** What restricts it, in words: `2 addresses`. Empty: unrestricted. */
  limits: z.array(z.string()),
});

const key = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().optional(),
  /** `metadata.owner`. */
  owner: z.string().optional(),
  /** `project/stack/name`: by a state, else by the key's mark. */
  madeBy: z.string().optional(),
  status: z.string(),
  /** As `reconcile` says; `marked`: it has a mark, and no state was given; `missing`: in a state only. */
  relation: z.enum([...RELATIONS, "marked", "missing"]),
  note: z.string().optional(),
  createdAt: z.string().optional(),
  expiry: z.string().optional(),
  /** When its rotation is due; only states say. */
  rotateAt: z.string().optional(),
  /** Of a replaced key: when its overlap ends. */
  until: z.string().optional(),
  lastUsed: z.string().optional(),
  /** Whole days since its last request, or since it was made if there was none. Absent where nobody knows. */
  idleDays: z.number().optional(),
  neverUsed: z.boolean(),
  /** Absent where the state holds them as a secret, or nothing says. */
  permissions: z.array(permission).optional(),
  grants: z.array(grant),
  /** Why it stands out; empty if it doesn't. */
  wide: z.array(z.string()),
  /** In the time watched; `days`: requests of each day, the last is the day of the report. */
  usage: z.object({ requests: z.number(), days: z.array(z.number()), whole: z.boolean() }).optional(),
  unused: z
    .object({
      resources: z.array(z.string()),
      smaller: z.array(z.object({ resource: z.string(), actions: z.array(z.string()) })),
    })
    .optional(),
});
export type ReportKey = z.infer<typeof key>;
export type ReportGrant = z.infer<typeof grant>;

const finding = z.object({
  policy: z.string(),
  code: z.string(),
  keyId: z.string(),
  level: z.enum(["mandatory", "advisory"]),
  path: z.string(),
  message: z.string(),
  fix: z.string(),
});
export type ReportFinding = z.infer<typeof finding>;

const policy = z.object({ id: z.string(), title: z.string(), severity: z.string(), description: z.string() });

const named = z.object({ id: z.string(), name: z.string(), madeBy: z.string().optional() });
const changes = z.object({
  since: z.string(),
  made: z.array(named),
  /** Of a resource that had another key. `was`: that one's id. */
  rotated: z.array(named.extend({ was: z.string() })),
  gone: z.array(named.extend({ now: z.string() })),
  /** What a change means, a line each. Of a rotated key: against the one before. */
  changed: z.array(named.extend({ lines: z.array(z.string()) })),
  findings: z.array(z.object({ policy: z.string(), more: z.number(), fewer: z.number() })),
  /** What can't be compared, since the two were made from other sources. */
  caveats: z.array(z.string()),
});
export type Changes = z.infer<typeof changes>;

export const FORMAT = "zkscore-keys report";

export const reportData = z.object({
  format: z.literal(FORMAT),
  version: z.literal(1),
  /** By the server's clock where the account was asked. */
  madeAt: z.string(),
  endpoint: z.string().optional(),
  sources: z.object({
    account: z.enum(["complete", "incomplete", "not asked"]),
    states: z.array(z.object({ stack: z.string(), writtenAt: z.string().optional() })),
    /** Keys of the account that are revoked or expired: counted, not listed. */
    ended: z.number(),
  }),
  /** What usage was asked for. `notKnown`: keys whose usage wasn't answered, and why. */
  watched: z
    .object({ days: z.number(), from: z.string(), to: z.string(), notKnown: z.number(), why: z.string().optional() })
    .optional(),
  keys: z.array(key),
  policies: z.array(policy),
  /** Why no policy judged. */
  notJudged: z.string().optional(),
  findings: z.array(finding),
  changes: changes.optional(),
});
export type ReportData = z.infer<typeof reportData>;
