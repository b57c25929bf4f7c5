import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { minedStack } from "../support/model/mined.ts";
import { REGRESSIONS, sequence } from "../support/model/sequence.ts";
import { play } from "../support/model/world.ts";
import { drawn } from "../support/seed.ts";
import { disagreements } from "../support/standing/agrees.ts";

type Standing = typeof import("../../provider/stack/standing.ts");

const { numRuns: RUNS, seed } = drawn("standings", 15);
const seen = vi.hoisted(() => ({ asking: false, calls: 0, answers: 0, wrong: [] as string[] }));

/** Wherever a handler asks for a standing, the six predicates are asked the same of the same listing and the same view. */
vi.mock(import("../../provider/stack/standing.ts"), async (original): Promise<Standing> => {
  const actual = await original();
  return {
    ...actual,
    standings(listing, view, asked) {
      if (!seen.asking) {
        seen.asking = true;
        const [shown] = view.shown();
        const owners = [...new Set([...view.shown()].map(({ holder }) => holder))];
        const names = asked?.names ?? view.stack ?? { project: "proj", stack: "dev" };
        const identity = [...view.identities][0] ?? shown?.identity ?? "none";
        const planned = asked?.planned ?? [];
        const found = disagreements(listing, view, { owners, identity, names, copied: false, planned });
        seen.calls += 1;
        seen.answers += found.answers;
        seen.wrong.push(...found.wrong);
        seen.asking = false;
      }
      return actual.standings(listing, view, asked);
    },
  };
});

test(`the one classification answers what the six predicates did, in the worlds of ${RUNS} random sequences`, {
  timeout: 120_000,
}, async () => {
  const examples = REGRESSIONS.map((ops): [typeof ops] => [ops]);
  const property = fc.asyncProperty(sequence, async (ops) => void (await play(ops, minedStack)));
  await fc.assert(property, { numRuns: RUNS, seed, examples });
  console.log(`standings: ${seen.calls} questions, ${seen.answers} answers compared`);
  expect(seen.wrong.slice(0, 5)).toEqual([]);
  expect(seen.answers).toBeGreaterThan(1_000);
});
