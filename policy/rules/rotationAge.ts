import { durationMs } from "../../provider/domain/duration.ts";
import { instantMs } from "../../provider/domain/instant.ts";
import { define } from "../rule.ts";
import { integer } from "../settings/parameters.ts";
import { DAY_MS } from "./granted.ts";
import { cwe, nist } from "./references.ts";

export const rotationAge = define({
  id: "rotation-age",
  title: "No live key is older than allowed",
  severity: "high",
  level: "advisory",
  description: "A live key isn't older than its declared rotation, and never older than 90 days.",
  why:
    "A declared rotation is a promise that only a run of `pulumi up` keeps. This one looks at the key itself: an old one " +
    "means that runs have stopped, or that a replacement fails.",
  references: [nist("IA-5"), cwe(324, "Use of a Key Past its Expiration Date")],
  reads: ["createdAt", "adoptedAt", "internal", "rotation.every", "status"],
  parameters: {
    maxDays: integer("The oldest a key may get, in days.", 90, 1),
    graceDays: integer("How long a due rotation may wait for the next run, in days.", 7),
    warnPercent: integer("From this part of the allowed age on, a warning is shown.", 80, 1),
  },
  remediation: [
    "run `pulumi up`: a key whose rotation is due is replaced",
    'set `rotation: { every: "30d", … }` so that it doesn\'t come to this again',
  ],
  example: {
    stack: "acme-prod",
    path: "outputs.createdAt",
    insecure: "2026-01-01T00:00:00Z",
    secure: "2026-10-25T00:00:00Z",
  },
  *stack(subjects) {
    for (const { key, urn, params, now } of subjects) {
      // A key that a preview is about to make has no birth yet: it is new, not old.
      const born = instantMs(key.adoptedAt ?? key.createdAt ?? "");
      if (born === undefined || (key.status !== undefined && key.status !== "active")) continue;
      const every = durationMs(key.rotation?.every ?? "");
      const limit = Math.min(params.maxDays * DAY_MS, (every ?? Number.POSITIVE_INFINITY) + params.graceDays * DAY_MS);
      const age = now - born;
      const days = Math.floor(age / DAY_MS);
      const allowed = Math.round(limit / DAY_MS);
      const path = key.adoptedAt === undefined ? "createdAt" : "adoptedAt";
      if (age > limit) {
        yield { code: "too-old", path, urn, message: `the key is ${days} days old; ${allowed} are allowed` };
      } else if (age > (limit * params.warnPercent) / 100) {
        const message = `the key is ${days} days old and will soon be too old (${allowed} days)`;
        yield { code: "ageing", path, urn, message, advisory: true };
      }
    }
  },
});
