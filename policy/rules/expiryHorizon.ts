import { durationMs } from "../../provider/domain/duration.ts";
import { instantMs } from "../../provider/domain/instant.ts";
import type { KeyView } from "../key/view.ts";
import { define, type Finding, type Subject } from "../rule.ts";
import { duration, integer } from "../settings/parameters.ts";
import { DAY_MS } from "./granted.ts";
import { cwe, nist } from "./references.ts";

const parameters = {
  maxDays: integer("The longest life of a key, in days.", 90, 1),
  maxDaysProduction: integer("The same in production.", 30, 1),
  runEvery: duration(
    "The longest time between two runs of `pulumi up`: a key must outlive it to be replaced in time.",
    "24h",
  ),
};

export const expiryHorizon = define({
  id: "expiry-horizon",
  title: "A key's end is near, but not too near",
  severity: "high",
  level: "mandatory",
  description: "A key lives at most 90 days (production 30), and long enough to be replaced before it ends.",
  why:
    "A stolen key is worth stealing until it ends. A key that ends before the next `pulumi up`, or before its own rotation " +
    "and the overlap after it, is an outage with a date.",
  references: [nist("IA-5"), cwe(324, "Use of a Key Past its Expiration Date")],
  reads: ["expiry", "expiresIn", "rotation.every", "rotation.overlap"],
  parameters,
  remediation: [
    'set `expiresIn` to at most the limit, such as "30d", and rotate earlier than that',
    "rotate earlier (`rotation.every`), or let the key live longer, within the limit",
    "a fixed `expiry` has to be moved by hand before it comes; `expiresIn` counts from each new key",
  ],
  example: { stack: "acme-prod", path: "expiresIn", insecure: "365d", secure: "30d" },
  *resource(subject) {
    const { key, now } = subject;
    const days = limitDays(subject);
    const lives = [
      { path: "expiresIn", ms: key.expiresIn === undefined ? undefined : durationMs(key.expiresIn) },
      { path: "expiry", ms: remaining(key, now) },
    ];
    for (const { path, ms } of lives) {
      if (ms === undefined) continue;
      if (ms > days * DAY_MS) {
        yield {
          code: "too-long",
          path,
          message: `the key would live ${daysOf(ms)} days; at most ${days} are allowed here`,
        };
      }
      yield* tooSoon(subject, path, ms);
    }
  },
  /**
   * A far `expiry` becomes `expiresIn`, not an earlier `expiry`: an instant that is computed in each run moves in each
   * run, and would replace the key every time. Left alone where the declared rotation needs a longer life: shortening
   * that is a decision.
   */
  remediate(subject, bag) {
    const { key, now } = subject;
    const max = limitDays(subject) * DAY_MS;
    const life = durationMs(key.expiresIn ?? "") ?? remaining(key, now);
    if (life === undefined || life <= max || neededMs(subject) > max) return false;
    bag["expiresIn"] = `${limitDays(subject)}d`;
    delete bag["expiry"];
    return true;
  },
});

function* tooSoon(subject: Subject<typeof parameters>, path: string, ms: number): Iterable<Finding> {
  // A fixed instant that has nearly come is about this key; a rotation that doesn't fit is about every one.
  const needed = path === "expiry" ? (durationMs(subject.params.runEvery) ?? 0) : neededMs(subject);
  if (ms >= needed) return;
  const why =
    needed > (durationMs(subject.params.runEvery) ?? 0)
      ? "`rotation.every` plus `rotation.overlap` and the time between two runs"
      : "the time between two runs of `pulumi up`";
  yield {
    code: "too-soon",
    step: 1,
    path,
    message: `the key ends after ${daysOf(ms)} days, before ${why} (${daysOf(needed)} days) have passed`,
  };
}

/** What a key has to live for: its rotation, the overlap after it, and one missed run. */
function neededMs({ key, params }: Subject<typeof parameters>): number {
  const part = (text: string | undefined) => (text === undefined ? 0 : (durationMs(text) ?? 0));
  const rotation = key.rotation?.every === undefined ? 0 : part(key.rotation.every) + part(key.rotation.overlap);
  return rotation + part(params.runEvery);
}

function limitDays({ environment, params }: Subject<typeof parameters>): number {
  return environment.production ? Math.min(params.maxDays, params.maxDaysProduction) : params.maxDays;
}

function remaining(key: KeyView, now: number): number | undefined {
  const end = key.expiry === undefined ? undefined : instantMs(key.expiry);
  return end === undefined ? undefined : end - now;
}

function daysOf(ms: number): number {
  return Math.round((ms / DAY_MS) * 10) / 10;
}
