import { join } from "node:path";
import { expect, test } from "vitest";
import { COMPLIANT } from "../../policy/docs/example.ts";
import { render } from "../../policy/docs/render.ts";
import { packageRoot } from "../../tools/root.ts";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { createWorld } from "../support/world.ts";

/**
 * What the pack adds to a preview of 100 keys: with and without, by turns, in one run, so that whatever else the machine
 * does is on both sides. Part of `npm run prove:policy`; on a busy machine a single pair says nothing.
 */
const PAIRS = Number(process.env["ZKSCORE_COST_PAIRS"] ?? 7);
const LIMIT_MS = 1200;

describeWithEngine("the pack's cost", () => {
  test(`at most ${LIMIT_MS} ms on a preview of 100 keys`, async () => {
    const program = `import { ApiKey } from "pulumi-zkscore";
      for (let i = 0; i < 100; i++) new ApiKey("key-" + i, ${render(COMPLIANT, 0)});`;
    const world = await createWorld({ program, stack: "acme-prod" });
    try {
      const pack = ["--policy-pack", join(packageRoot, "policy")];
      const [without, withPack]: [number[], number[]] = [[], []];
      for (let pair = 0; pair < PAIRS; pair++) {
        without.push((await succeed(world.stack.preview())).ms);
        withPack.push((await succeed(world.stack.preview(pack))).ms);
      }
      const added = withPack.map((ms, i) => ms - (without[i] ?? 0));
      // The best of each: what other processes took away is in every run but the quietest.
      const addedMs = Math.round(Math.min(...withPack) - Math.min(...without));
      const report = {
        pairs: PAIRS,
        withoutMs: median(without),
        withMs: median(withPack),
        medianAddedMs: median(added),
        addedMs,
      };
      console.log(`policy cost: ${JSON.stringify(report)}`);
      expect(report.addedMs).toBeLessThanOrEqual(LIMIT_MS);
    } finally {
      await world.dispose();
    }
  });
});

function median(values: readonly number[]): number {
  return Math.round([...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0);
}
