import type { CrashWorld, Recording } from "./world.ts";

export interface Verdict {
  /** What went wrong; nothing is green. */
  wrong: string[];
  /** What the commands printed, the requests and the keys: for a red one. */
  story: string;
}

export interface Result extends Verdict {
  name: string;
  ms: number;
}

/** One thing to prove. */
export interface Proof {
  name: string;
  run(recording: Recording): Promise<Verdict>;
}

/** Runs proofs, `concurrency` at a time; a failure of one is its result and stops nothing. */
export async function runProofs(
  recording: Recording,
  proofs: readonly Proof[],
  concurrency: number,
  onResult: (result: Result, done: number) => void,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = [...proofs];
  const worker = async () => {
    for (let proof = queue.shift(); proof !== undefined; proof = queue.shift()) {
      const result = await runProof(recording, proof);
      results.push(result);
      onResult(result, results.length);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return results;
}

async function runProof(recording: Recording, proof: Proof): Promise<Result> {
  const started = performance.now();
  const failed = (error: unknown) => ({ wrong: [messageOf(error)], story: "" });
  const verdict = await proof.run(recording).catch(failed);
  return { name: proof.name, ...verdict, ms: performance.now() - started };
}

/** Runs a sequence in a world; an error in it is something wrong, too. */
export async function judged(world: CrashWorld, sequence: () => Promise<string[]>): Promise<Verdict> {
  const wrong = await sequence().catch((error: unknown) => [messageOf(error)]);
  const requests = world.api.journal().map(({ seq, operation, keyId, status, committed, faults, outcome }) => {
    return `${seq} ${operation} ${keyId} ${status} ${committed ? "committed" : ""} ${faults.join()} ${outcome}`;
  });
  const keys = world.api.keys().map(({ id, name, status, totalRequests, metadata }) => {
    return `${id} ${name} ${status} used ${totalRequests} retires ${String(metadata["pulumi:retires"])}`;
  });
  return { wrong, story: [...world.story, ...requests, ...keys].join("\n") };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : "failed";
}
