import { z } from "zod";
import { OUTCOMES } from "./doctor/check.ts";
import { RELATIONS } from "./reconcile/compare.ts";

/** What each `--json` prints: permanent interfaces. New fields may come; these stay. */

const permissions = z
  .array(
    z.looseObject({
      resource: z.string(),
      actions: z.array(z.string()),
      restrictions: z.looseObject({}).nullish(),
    }),
  )
  .describe("As the account shows them.");
const madeBy = z
  .strictObject({ project: z.string(), stack: z.string(), name: z.string() })
  .describe("What the key's mark says of who made it. It proves nothing.");
const instant = z.string().describe("An ISO 8601 instant, as the API writes it.");
const key = {
  id: z.string(),
  name: z.string(),
  permissions,
  status: z.string().describe("active, inactive, expired, revoked, or the API's own word."),
  createdAt: instant,
};

const list = z
  .array(
    z.strictObject({
      ...key,
      description: z.string().nullish(),
      expiry: instant.nullish().describe("Null or absent: it doesn't end."),
      lastUsed: instant.nullish().describe("Null or absent: never."),
      totalRequests: z.number().optional(),
      madeBy: madeBy.optional(),
    }),
  )
  .describe("`list --json`: in the account's order.");

const usage = z
  .looseObject({
    success: z.literal(true),
    usage: z.looseObject({ totalRequests: z.number() }),
    timestamp: instant,
  })
  .describe("`usage --json`: the API's own answer, with every field it has.");

const reconcile = z
  .strictObject({
    summary: z.strictObject({
      ...Object.fromEntries(RELATIONS.map((relation) => [relation, z.int()])),
      missing: z.int(),
      expiring: z.int(),
    }),
    keys: z.array(
      z.strictObject({
        ...key,
        relation: z.enum(RELATIONS).describe("What the key is to the states that were given."),
        expiry: instant.optional(),
        lastUsed: instant.optional(),
        expiring: z.boolean().describe("It ends within --expiring."),
        neverUsed: z.boolean(),
        until: instant.optional().describe("Of a retired key: when the next `up` revokes it."),
        hold: z.string().optional().describe("Of an orphan: why it isn't revoked now."),
        hint: z.string().optional(),
        madeBy: madeBy.optional(),
      }),
    ),
    missing: z.array(
      z.strictObject({
        keyId: z.string(),
        urn: z.string(),
        status: z.string().describe("`absent`, or the account's word."),
      }),
    ),
    revoked: z.array(z.string()).describe("Ids that this run revoked."),
  })
  .describe("`reconcile --json`.");

const check = z.strictObject({
  name: z.string(),
  outcome: z.enum(OUTCOMES).describe("`warning` and `failed` make the exit code 3."),
  found: z.string(),
  remedy: z.string().optional().describe("What to do."),
});
const probeKey = z.strictObject({ id: z.string(), name: z.string() });
const swept = z.strictObject({ id: z.string(), name: z.string(), revoked: z.boolean() });
const doctor = z
  .strictObject({
    checks: z.array(check),
    probe: z
      .strictObject({
        key: probeKey,
        assumptions: z.array(
          z.strictObject({
            id: z.string(),
            text: z.string().describe("In the words of docs/assumptions.md."),
            standing: z.enum(["holds", "broken", "unknown"]),
            found: z.string(),
            follows: z.string().optional().describe("What follows where it is broken."),
          }),
        ),
        settings: z.array(z.strictObject({ name: z.string(), value: z.string(), why: z.string() })),
        left: z.array(swept).describe("Keys of this probe that live on."),
        earlier: z.array(swept).describe("Keys that earlier probes left."),
        strangers: z.array(probeKey).describe("Live keys that look like a probe's of another machine: not touched."),
        stopped: z.boolean(),
      })
      .optional()
      .describe("With --probe."),
  })
  .describe("`doctor --json`.");

const emulator = z
  .strictObject({ url: z.string(), origin: z.string(), pid: z.int(), credentials: z.string().describe("A file.") })
  .describe("`emulator --json`: its first line.");

export const SCHEMAS = { list, usage, reconcile, doctor, emulator } as const;
