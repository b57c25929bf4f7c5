import type { Contestant, Opened } from "./contestants/contestant.ts";
import { watchProcesses } from "./measure/processes.ts";
import { OPERATIONS, type Operation, wrongWith } from "./operations.ts";
import { seeded, shuffled } from "./report/statistics.ts";
import type { Failure, Place, Sample } from "./results.ts";
import { type StandIn, startStandIn } from "./standIn/start.ts";

export interface RoundsOptions {
  readonly contestants: readonly Contestant[];
  readonly keys: readonly number[];
  readonly latencies: readonly number[];
  readonly repeats: number;
  readonly seed: number;
  readonly pageMax: number;
}

/** One contestant in one round: its stack, its own API, what was measured so far. */
interface Entry {
  readonly place: Place;
  readonly contestant: Contestant;
  readonly api: StandIn;
  readonly stack: Opened;
  readonly samples: Sample[];
  failure: Failure | undefined;
}

export interface Rounds {
  samples: Sample[];
  failures: Failure[];
}

/**
 * Rounds of one number of keys and one latency. In each, all contestants go through the operations side by side, one
 * command at a time, in an order drawn again for each operation: what else the machine does is on all sides.
 */
export async function runRounds(options: RoundsOptions, say: (line: string) => void): Promise<Rounds> {
  const random = seeded(options.seed);
  const all: Rounds = { samples: [], failures: [] };
  const rounds = Array.from({ length: options.repeats }, (_, repeat) =>
    options.keys.flatMap((keys) => options.latencies.map((latencyMs) => ({ keys, latencyMs, repeat }))),
  ).flat();
  const total = rounds.length * options.contestants.length * OPERATIONS.length;
  let done = 0;
  for (const round of rounds) {
    const entries: Entry[] = [];
    try {
      for (const contestant of options.contestants) entries.push(await enter(contestant, round, options.pageMax));
      for (const operation of OPERATIONS) {
        const order = shuffled(entries, random);
        say(`${operation}: ${order.map(({ contestant }) => contestant.name).join(", ")}`);
        for (const entry of order) {
          done += 1;
          const told = entry.failure === undefined ? await play(entry, operation) : "left out after its failure";
          const { keys, latencyMs, repeat } = round;
          const where = `${keys} keys, ${latencyMs} ms, repeat ${repeat + 1}`;
          say(`[${done}/${total}] ${where}: ${entry.contestant.name} ${operation}: ${told}`);
        }
      }
    } finally {
      for (const { stack, api } of entries) {
        stack.dispose();
        api.stop();
      }
    }
    // All of it or nothing: a stack that failed once may have done less in what came before.
    for (const { samples, failure } of entries) {
      if (failure === undefined) all.samples.push(...samples);
      else all.failures.push(failure);
    }
  }
  return all;
}

async function enter(contestant: Contestant, round: Omit<Place, "contestant">, pageMax: number): Promise<Entry> {
  const api = await startStandIn({ latencyMs: round.latencyMs, pageMax });
  try {
    const stack = await contestant.open(round.keys, api.baseUrl);
    return {
      place: { contestant: contestant.name, ...round },
      contestant,
      api,
      stack,
      samples: [],
      failure: undefined,
    };
  } catch (error) {
    api.stop();
    throw error;
  }
}

/** Runs and measures one operation; gives what to tell about it. */
async function play(entry: Entry, operation: Operation): Promise<string> {
  const { place, api, stack } = entry;
  const fail = (why: string) => {
    entry.failure = { ...place, operation, why };
    return `FAILED, not counted: ${why}`;
  };
  await api.take();
  const watch = watchProcesses(stack.marker);
  try {
    const { code, output, ms } = await stack.run(operation);
    const cost = watch.stop();
    const { cpuMs: apiCpuMs, ...seen } = await api.take();
    if (code !== 0) return fail(`exit code ${code}: ${output.trim().slice(-2_000)}`);
    const wrong = wrongWith(place.contestant, operation, place.keys, seen);
    if (wrong.length > 0) return fail(wrong.join("; "));
    const state = operation === "create" ? { stateBytesAKey: stack.stateBytesAKey() } : {};
    entry.samples.push({ ...place, operation, wallMs: ms, ...cost, apiCpuMs, requests: seen.requests, ...state });
    return `${(ms / 1_000).toFixed(2)} s`;
  } catch (error) {
    watch.stop();
    return fail(error instanceof Error ? error.message : String(error));
  }
}
