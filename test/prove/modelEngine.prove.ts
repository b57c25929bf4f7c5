import fc from "fast-check";
import { expect, test } from "vitest";
import { realStack } from "../support/model/real.ts";
import { sequence } from "../support/model/sequence.ts";
import { play, type Tally } from "../support/model/world.ts";
import { drawn } from "../support/seed.ts";

const { numRuns: RUNS, seed } = drawn("model on the engine", 200);

test(`the model against the real engine: ${RUNS} random sequences`, { timeout: 6 * 3_600_000 }, async () => {
  const tallies: Tally[] = [];
  await fc.assert(
    fc.asyncProperty(sequence, async (ops) => {
      // Dependents that fail are the simulated engine's part: here every key is an output of the stack.
      const possible = ops.map((op) => (op.op === "up" ? { ...op, broken: undefined } : op));
      tallies.push(await play(possible, realStack));
    }),
    // A sequence is minutes: the failing one is reported with its path, not shrunk.
    { numRuns: RUNS, seed, endOnFailure: true },
  );
  const sum = (name: keyof Tally) => tallies.reduce((total, tally) => total + tally[name], 0);
  console.log(
    `model on the engine: ${sum("ups")} ups, ${sum("crashes")} crashes, ${sum("replaced")} replacements, ${sum("orphansRevoked")} leftovers revoked`,
  );
  expect(tallies).toHaveLength(RUNS);
  expect(sum("crashes")).toBeGreaterThan(RUNS / 4);
});
