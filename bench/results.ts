import type { Cost } from "./measure/processes.ts";
import type { ContestantName, Operation, Requests } from "./operations.ts";
import { fitPower, median } from "./report/statistics.ts";

/** Where something was measured. */
export interface Place {
  readonly contestant: ContestantName;
  readonly keys: number;
  readonly latencyMs: number;
  readonly repeat: number;
}

/** One operation that did its work. */
export interface Sample extends Place, Cost {
  readonly operation: Operation;
  readonly wallMs: number;
  readonly apiCpuMs: number;
  readonly requests: Requests;
  /** After the creation only. */
  readonly stateBytesAKey?: number;
}

/** A contestant's round that counts for nothing. */
export interface Failure extends Place {
  readonly operation: Operation | "open";
  readonly why: string;
}

/** What the pack adds to a preview. */
export interface PolicyCost {
  readonly keys: number;
  readonly withoutMs: readonly number[];
  readonly withMs: readonly number[];
}

/** Everything but the operations. Times are medians. */
export interface Small {
  /** From the start of Node until the contestant's library is loaded. */
  readonly programStartMs: Readonly<Record<string, number>>;
  /** From the start of the dynamic-provider process until the first `check` is answered. */
  readonly providerStartMs: Readonly<Record<string, number>>;
  readonly checkMicros: number;
  readonly diffMicros: number;
  readonly client: { readonly createsASecond: number; readonly listed: number; readonly listMs: number };
}

/** What `--json` writes. */
export interface Results {
  readonly started: string;
  readonly machine: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly samples: readonly Sample[];
  readonly failures: readonly Failure[];
  readonly policy: readonly PolicyCost[];
  readonly small: Small | undefined;
}

/** Which samples: what isn't named is not asked for. */
export type Which = Partial<Pick<Sample, "contestant" | "keys" | "latencyMs" | "operation">>;

export function samplesOf({ samples }: Results, which: Which): Sample[] {
  // A border of the type system: the names of `which` are those of its own type.
  const wanted = Object.entries(which) as [keyof Which, unknown][];
  return samples.filter((sample) => wanted.every(([name, value]) => sample[name] === value));
}

/** Median of what `value` gives; NaN where nothing was measured. */
export function medianOf(results: Results, which: Which, value: (sample: Sample) => number | undefined): number {
  return median(samplesOf(results, which).flatMap((sample) => value(sample) ?? []));
}

export const wall = ({ wallMs }: Sample) => wallMs / 1_000;

/** How the time of an operation grows with the number of keys. */
export function exponentOf(results: Results, which: Omit<Which, "keys">): number {
  const points = keysOf(results).flatMap((keys) => {
    const seconds = medianOf(results, { ...which, keys }, wall);
    return Number.isFinite(seconds) ? [[keys, seconds] as const] : [];
  });
  return fitPower(points).exponent;
}

export const keysOf = ({ samples }: Results) => distinct(samples.map(({ keys }) => keys));
export const latenciesOf = ({ samples }: Results) => distinct(samples.map(({ latencyMs }) => latencyMs));
export const contestantsOf = ({ samples }: Results) => [...new Set(samples.map(({ contestant }) => contestant))];

function distinct(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}
