import { durationMs } from "../../provider/domain/duration.ts";
import { isUnknown } from "../key/view.ts";
import { define } from "../rule.ts";
import { integer } from "../settings/parameters.ts";
import { DAY_MS, outsideProduction } from "./granted.ts";
import { nist, owaspApi } from "./references.ts";

export const rotationRequired = define({
  id: "rotation-required",
  title: "Keys rotate on a schedule",
  severity: "high",
  level: "mandatory",
  description:
    "`rotation.every` is set and at most 90 days; in production the old key overlaps the new one, for at most 7 days.",
  why:
    "A rotation that happens by schedule works on the day it is needed. Without an overlap the old key ends while " +
    "applications still use it; with a long one, a compromised key goes on working.",
  references: [nist("IA-5"), owaspApi("API2:2023", "Broken Authentication")],
  reads: ["rotation.every", "rotation.window", "rotation.overlap", "name"],
  parameters: {
    maxDays: integer("The longest `rotation.every`, in days.", 90, 1),
    maxOverlapDays: integer("The longest `rotation.overlap`, in days.", 7),
    outsideProduction: outsideProduction("advisory"),
  },
  remediation: ['set `rotation: { every: "30d", window: "3d", overlap: "24h" }`'],
  example: { stack: "acme-prod", path: "rotation.overlap", insecure: undefined, secure: "24h" },
  *resource({ key, environment, params }) {
    if (isUnknown(key, "rotation")) return;
    const every = read(key.rotation?.every);
    const window = read(key.rotation?.window);
    const overlap = read(key.rotation?.overlap);
    if (key.rotation?.every === undefined && !isUnknown(key, "rotation.every")) {
      yield {
        code: "unscheduled",
        path: "rotation.every",
        message: "isn't set: the key lives until somebody thinks of it",
      };
    }
    if (every !== undefined && every > params.maxDays * DAY_MS) {
      yield { code: "too-rare", path: "rotation.every", message: `is longer than ${params.maxDays} days` };
    }
    if (every !== undefined && window !== undefined && window >= every) {
      yield {
        code: "window",
        path: "rotation.window",
        message: "isn't shorter than `rotation.every`: the key would be due at once",
      };
    }
    if (overlap !== undefined && overlap > params.maxOverlapDays * DAY_MS) {
      yield { code: "long-overlap", path: "rotation.overlap", message: `is longer than ${params.maxOverlapDays} days` };
    }
    const missing = key.rotation?.overlap === undefined && !isUnknown(key, "rotation.overlap");
    if (environment.production && (missing || overlap === 0)) {
      const remedy = key.name === undefined ? "" : "; with an explicit `name` none is possible, so use `namePrefix`";
      yield {
        code: "no-overlap",
        path: "rotation.overlap",
        message: `isn't above zero: the old key ends while it is in use${remedy}`,
      };
    }
  },
});

function read(duration: string | undefined): number | undefined {
  return duration === undefined ? undefined : durationMs(duration);
}
