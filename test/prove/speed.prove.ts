import { expect, test } from "vitest";
import { describeWithEngine } from "../support/engine/describe.ts";
import { createStack, succeed, type TestStack } from "../support/engine/stack.ts";
import { createWorld } from "../support/world.ts";

/**
 * What the provider costs beside the floor: the same engine, the same number of resources, a provider that makes no
 * request and stores nothing. Ratios, since machines differ. `ZKSCORE_KEYS` sets the sizes (default 10,100).
 */
const SIZES = (process.env["ZKSCORE_KEYS"] ?? "10,100").split(",").map(Number);

const floorProgram = (count: number) => `
import { CustomResource } from "@pulumi/pulumi/resource.js";
const text = \`exports.handler = () => ({
  check: (_olds, news) => ({ inputs: news }),
  diff: () => ({ changes: false }),
  create: (inputs) => ({ id: inputs.name, outs: { name: inputs.name } }),
  read: (id, props) => ({ id, props }),
  delete: () => undefined,
});\`;
class Floor extends CustomResource {
  constructor(name) { super("pulumi-nodejs:dynamic/floor:Floor", name, { name, __provider: text }); }
}
for (let i = 0; i < ${count}; i++) new Floor("k" + i);
`;

const keysProgram = (count: number) => `
import { ApiKey } from "pulumi-zkscore";
for (let i = 0; i < ${count}; i++) new ApiKey("k" + i, { permissions: [{ resource: "scores", actions: ["read"] }] });
`;

interface Times {
  up: number;
  noop: number;
  destroy: number;
}

describeWithEngine("speed against the floor", () => {
  test.each(SIZES)("%i keys", async (count) => {
    const floor = await createStack({ program: floorProgram(count), timeoutMs: 900_000 });
    const world = await createWorld({ program: keysProgram(count), timeoutMs: 900_000 });
    try {
      const floorTimes = await run(floor);
      world.requests();
      const keyTimes = await run(world.stack);
      expect(world.live()).toHaveLength(0);
      const row = (name: keyof Times) =>
        `${count} keys, ${name}: ${seconds(keyTimes[name])}, floor ${seconds(floorTimes[name])}, ratio ${(keyTimes[name] / floorTimes[name]).toFixed(2)}`;
      console.log([row("up"), row("noop"), row("destroy"), `requests: ${tally(world.requests())}`].join("\n"));
    } finally {
      floor.dispose();
      await world.dispose();
    }
  });
});

async function run(stack: TestStack): Promise<Times> {
  const up = await succeed(stack.up());
  const noops = [await succeed(stack.up()), await succeed(stack.up()), await succeed(stack.up())].map(({ ms }) => ms);
  const destroy = await succeed(stack.destroy());
  return { up: up.ms, noop: noops.sort((a, b) => a - b)[1] ?? 0, destroy: destroy.ms };
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function tally(operations: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const operation of operations) counts.set(operation, (counts.get(operation) ?? 0) + 1);
  return [...counts].map(([operation, count]) => `${operation} ${count}`).join(", ");
}
