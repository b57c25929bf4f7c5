import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../tools/root.ts";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { createWorld } from "../support/world.ts";

describeWithEngine("README's first program", () => {
  test("is at most ten lines of code, runs as it stands, and gives a secret that works", async () => {
    const program = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(packageRoot, "README.md"), "utf8"))?.[1] ?? "";
    expect(program.split("\n").filter((line) => line.trim() !== "").length).toBeLessThanOrEqual(10);
    // Its address list would refuse this machine.
    const fromHere = program.replace("203.0.113.0/24", "127.0.0.0/8");
    expect(fromHere).not.toBe(program);
    // As a user's Node starts, without what other tests start faster with.
    const env = { NODE_OPTIONS: undefined, NODE_COMPILE_CACHE: undefined };
    const world = await createWorld({ program: fromHere, env });
    try {
      await succeed(world.stack.up());
      const { backendKey } = await world.stack.outputs();
      expect((await world.api.use(String(backendKey))).status).toBe(200);
      await world.stack.expectNoChanges();
    } finally {
      await world.dispose();
    }
  });
});
