import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { beside, onStack } from "../support/model/stacks.ts";
import { createWorld, keysProgram, READ_SCORES, type World } from "../support/world.ts";

const A = `{ ${READ_SCORES}, rotation: { trigger: process.env.TRIGGER ?? "1", overlap: "1h" } }`;

describeWithEngine("a stack copied by export and import under another name", () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld({ program: keysProgram({ a: A }) });
    const { stack } = world;
    await succeed(stack.up());
    const file = beside(stack, "copy.json");
    await succeed(stack.run(["stack", "export", "--stack", "dev", "--file", file]));
    await succeed(stack.run(["stack", "init", "copy"]));
    // As it is, the engine refuses it ("is from a different stack"): people rewrite the names.
    writeFileSync(file, readFileSync(file, "utf8").replaceAll("urn:pulumi:dev::", "urn:pulumi:copy::"));
    await succeed(stack.run(["stack", "import", "--stack", "copy", "--file", file]));
  }, 60_000);
  afterAll(() => world.dispose());

  test("shares its keys by id: up and preview change none, rotation and leftovers spare what only the original knows, destroy revokes what its own state holds", async () => {
    const { stack, api } = world;
    const [shared = ""] = world.live();
    // The original goes on: a key that the copy's state has never seen, and that nobody has used yet.
    stack.setProgram(keysProgram({ a: A, later: `{ ${READ_SCORES} }` }));
    await succeed(stack.up());
    const [later = ""] = world.live().filter((id) => id !== shared);
    stack.setProgram(keysProgram({ a: A }));

    world.requests();
    await succeed(onStack(stack, "copy", "up"));
    await succeed(onStack(stack, "copy", "preview", ["--expect-no-changes"]));
    expect(world.requests().filter((operation) => operation !== "list")).toEqual([]);

    const rotated = await stack.run(["up", "--stack", "copy", "--yes", "--skip-preview"], { TRIGGER: "2" });
    expect(rotated.code).toBe(0);
    expect(world.live()).toHaveLength(3);

    const destroyed = await succeed(onStack(stack, "copy", "destroy"));
    expect(world.live()).toEqual([later]);
    expect(destroyed.output).toContain(`were left alone: key ${later}`);

    // The original finds its key gone and makes another; its other key is as it was.
    stack.setProgram(keysProgram({ a: A, later: `{ ${READ_SCORES} }` }));
    await succeed(stack.up());
    expect(world.live()).toContain(later);
    expect(world.live()).toHaveLength(2);
    expect(api.keys().find(({ id }) => id === shared)?.status).toBe("revoked");
    await stack.expectNoChanges();
  }, 120_000);
});
