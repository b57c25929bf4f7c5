import fc from "fast-check";
import { expect, test } from "vitest";
import { minedStack } from "../support/model/mined.ts";
import { REGRESSIONS, sequence } from "../support/model/sequence.ts";
import { play, type Tally } from "../support/model/world.ts";
import { drawn } from "../support/seed.ts";

const { numRuns: RUNS, seed } = drawn("model", 75);

test(`the state is always mended, never guessed: ${RUNS} random sequences`, { timeout: 3_600_000 }, async () => {
  const total: Tally = { ups: 0, crashes: 0, replaced: 0, retired: 0, orphansRevoked: 0 };
  await fc.assert(
    fc.asyncProperty(sequence, async (ops) => {
      const tally = await play(ops, minedStack);
      for (const name of ["ups", "crashes", "replaced", "retired", "orphansRevoked"] as const)
        total[name] += tally[name];
    }),
    { numRuns: RUNS, seed, examples: REGRESSIONS.map((ops) => [ops]) },
  );
  console.log(`model: ${JSON.stringify(total)}`);
  // The sequences reach what they are for.
  expect(total.ups).toBeGreaterThan(RUNS * 3);
  expect(total.crashes).toBeGreaterThan(RUNS / 4);
  expect(total.replaced).toBeGreaterThan(RUNS);
  expect(total.retired).toBeGreaterThan(RUNS / 4);
  expect(total.orphansRevoked).toBeGreaterThan(RUNS / 50);
});
