import { OPERATIONS, type Operation } from "../operations.ts";
import { exponentOf, latenciesOf, medianOf, type Results, wall } from "../results.ts";
import { median } from "./statistics.ts";

/** One target, as met or not; undefined where its figures weren't measured. */
export interface Judged {
  readonly target: string;
  readonly found: number;
  readonly limit: number;
  readonly met: boolean | undefined;
}

const FLOOR_KEYS = [10, 100, 300];
const RATIO = 1.1;
const IN_FLIGHT = 16;
const LATENCY_MS = 50;
const STATE_RATIO = 1.15;
const STATE_KEYS = 100;
const NAIVE_RATIO = 0.55;
const NAIVE: readonly Operation[] = ["create", "up --refresh", "destroy"];
const TOFU: readonly Operation[] = ["up --refresh", "refresh", "one change", "destroy"];
const RIVALS_KEYS = 300;
const MORE_MB = 40;
const POLICY_SECONDS = 1;
const POLICY_KEYS = 100;

/** The targets of speed, each with what was found. Medians of one run; a ratio is one of medians. */
export function judge(results: Results): Judged[] {
  const seconds = (
    contestant: "floor" | "naive" | "ours" | "tofu",
    keys: number,
    latencyMs: number,
    operation: Operation,
  ) => medianOf(results, { contestant, keys, latencyMs, operation }, wall);
  const ratio = (to: "floor" | "naive" | "tofu", keys: number, operation: Operation) =>
    seconds("ours", keys, 0, operation) / seconds(to, keys, 0, operation);
  const bytes = (contestant: "floor" | "ours") =>
    medianOf(results, { contestant, keys: STATE_KEYS }, ({ stateBytesAKey }) => stateBytesAKey);
  const peak = (contestant: "floor" | "ours") => {
    const measured = results.samples.filter((one) => one.contestant === contestant).map((one) => one.providerPeakMB);
    return measured.length === 0 ? Number.NaN : Math.max(...measured);
  };
  return [
    ...FLOOR_KEYS.flatMap((keys) =>
      OPERATIONS.map((operation) =>
        judged(`${operation}, ${keys} keys: × floor`, ratio("floor", keys, operation), RATIO),
      ),
    ),
    ...FLOOR_KEYS.flatMap((keys) =>
      OPERATIONS.map((operation) =>
        judged(
          `${operation}, ${keys} keys, ${LATENCY_MS} ms: s`,
          seconds("ours", keys, LATENCY_MS, operation),
          seconds("floor", keys, LATENCY_MS, operation) + (2 * (keys / IN_FLIGHT) * LATENCY_MS) / 1_000,
        ),
      ),
    ),
    judged(`bytes of state a key, ${STATE_KEYS} keys: × floor`, bytes("ours") / bytes("floor"), STATE_RATIO),
    ...NAIVE.map((operation) =>
      judged(`${operation}, ${RIVALS_KEYS} keys: × naive`, ratio("naive", RIVALS_KEYS, operation), NAIVE_RATIO),
    ),
    ...TOFU.map((operation) =>
      judged(`${operation}, ${RIVALS_KEYS} keys: × tofu`, ratio("tofu", RIVALS_KEYS, operation), 1),
    ),
    judged("provider's peak memory: MB above floor's", peak("ours") - peak("floor"), MORE_MB),
    ...latenciesOf(results).flatMap((latencyMs) =>
      OPERATIONS.map((operation) =>
        judged(
          `${operation}, ${latencyMs} ms: exponent`,
          exponentOf(results, { contestant: "ours", latencyMs, operation }),
          exponentOf(results, { contestant: "floor", latencyMs, operation }),
        ),
      ),
    ),
    judged(
      `policy pack on a preview of ${POLICY_KEYS} keys: s more`,
      policySeconds(results, POLICY_KEYS),
      POLICY_SECONDS,
    ),
  ];
}

/** What the pack adds: the median over pairs that ran one after the other. */
export function policySeconds({ policy }: Results, keys: number): number {
  const measured = policy.find((one) => one.keys === keys);
  return median((measured?.withMs ?? []).map((ms, pair) => (ms - (measured?.withoutMs[pair] ?? Number.NaN)) / 1_000));
}

function judged(target: string, found: number, limit: number): Judged {
  const measured = Number.isFinite(found) && Number.isFinite(limit);
  // What the table shows counts: 1.104 is 1.10.
  const round = (value: number) => Math.round(value * 100) / 100;
  return { target, found, limit, met: measured ? round(found) <= round(limit) : undefined };
}
