import { afterEach, expect, test } from "vitest";
import { describeWithEngine } from "./support/engine.ts";
import { succeed } from "./support/stack.ts";
import { createWorld, keysProgram, READ_SCORES, type World } from "./support/world.ts";

let world: World | undefined;

/** The others depend on a key that is deleted before it is replaced, so that the engine deletes them first, too. */
const program = (description: string) =>
  keysProgram({
    base: `{ name: "prod-app", description: "${description}", ${READ_SCORES} }`,
    user: `{ description: base.keyId, rotation: { overlap: "2d" }, ${READ_SCORES} }`,
    guarded: `{ description: base.keyId, deletionPolicy: "prevent", ${READ_SCORES} }`,
  });

describeWithEngine("a key that depends on one with an explicit name, when that one is replaced,", () => {
  afterEach(() => world?.dispose());

  test("keeps its overlap, and is replaced under prevent, too, which governs removal", {
    timeout: 120_000,
  }, async () => {
    world = await createWorld({ program: program("1") });
    await succeed(world.stack.up());
    const before = world.live();
    const user = world.key("user").id;
    world.stack.setProgram(program("2"));
    await succeed(world.stack.up());
    const { baseId, userId, guardedId } = await world.stack.outputs();
    expect(world.live().toSorted()).toEqual([baseId, userId, guardedId, user].map(String).toSorted());
    for (const id of [baseId, userId, guardedId]) expect(before).not.toContain(id);
    await world.settled();
  });
});
