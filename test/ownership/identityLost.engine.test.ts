import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { beside, urnOf, withoutResource } from "../support/model/stacks.ts";
import { createWorld, keysProgram, READ_SCORES, type World } from "../support/world.ts";

const ARGS = `{ ${READ_SCORES}, rotation: { trigger: process.env.TRIGGER ?? "1", overlap: "1h" } }`;

describeWithEngine("the stack identity", () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld({ program: keysProgram({ a: ARGS, b: ARGS }) });
    await succeed(world.stack.up());
  }, 60_000);
  afterAll(() => world.dispose());

  const quiet = (operations: string[]) => operations.filter((operation) => !["list", "usage"].includes(operation));

  test("tainted, replaced, or deleted from the state: no key is replaced or revoked by it, and the keys go on", async () => {
    const { stack } = world;
    const before = world.live();
    const identity = await urnOf(stack, "zkscore");
    world.requests();

    await succeed(stack.up(["--replace", identity]));
    expect([quiet(world.requests()), world.live()]).toEqual([[], before]);

    await succeed(stack.run(["state", "taint", "--stack", "dev", "--yes", identity]));
    await succeed(stack.up());
    expect([quiet(world.requests()), world.live()]).toEqual([[], before]);

    // The engine refuses `state delete --force` while keys depend on it; an edited export can lose it all the same.
    const refused = await stack.run(["state", "delete", "--stack", "dev", "--yes", "--force", identity]);
    expect(refused.output).toContain("can't be safely deleted");
    const file = beside(stack, "edited.json");
    await succeed(stack.run(["stack", "export", "--stack", "dev", "--file", file]));
    writeFileSync(file, withoutResource(readFileSync(file, "utf8"), identity));
    await succeed(stack.run(["stack", "import", "--stack", "dev", "--force", "--file", file]));
    await succeed(stack.up());
    expect([quiet(world.requests()), world.live()]).toEqual([[], before]);
    await stack.expectNoChanges();

    await succeed(stack.up([], { TRIGGER: "2" }));
    expect(world.live()).toHaveLength(4);
    expect(before.every((id) => world.live().includes(id))).toBe(true);
    await succeed(stack.destroy());
    expect(world.live()).toEqual([]);
  }, 180_000);
});
