import { afterEach, expect, test } from "vitest";
import { describeWithEngine } from "./support/engine.ts";
import { succeed } from "./support/stack.ts";
import { createWorld, keysProgram, READ_SCORES, type World } from "./support/world.ts";

let world: World | undefined;

/** `user` depends on a key that is deleted before it is replaced, so that the engine deletes `user` first, too. */
const program = (description: string, rest: string) =>
  keysProgram({
    base: `{ name: "prod-app", description: "${description}", ${READ_SCORES} }`,
    user: `{ description: base.keyId, ${rest}, ${READ_SCORES} }`,
  });

describeWithEngine("a key that depends on one with an explicit name, when that one is replaced,", () => {
  afterEach(() => world?.dispose());

  test("keeps its overlap", { timeout: 120_000 }, async () => {
    const rest = `rotation: { overlap: "2d" }`;
    world = await createWorld({ program: program("1", rest) });
    await succeed(world.stack.up());
    const [base, user] = [world.key("base").id, world.key("user").id];
    world.stack.setProgram(program("2", rest));
    await succeed(world.stack.up());
    const { baseId, userId } = await world.stack.outputs();
    expect(world.live().toSorted()).toEqual([baseId, userId, user].map(String).toSorted());
    expect(baseId).not.toBe(base);
    expect(userId).not.toBe(user);
    await world.settled();
    await succeed(world.stack.destroy());
    expect(world.live()).toEqual([]);
  });

  test("is replaced under prevent, too, which governs removal", { timeout: 120_000 }, async () => {
    const rest = `deletionPolicy: "prevent"`;
    world = await createWorld({ program: program("1", rest) });
    await succeed(world.stack.up());
    const before = world.live();
    world.stack.setProgram(program("2", rest));
    await succeed(world.stack.up());
    const { baseId, userId } = await world.stack.outputs();
    expect(world.live().toSorted()).toEqual([baseId, userId].map(String).toSorted());
    expect(before).not.toContain(baseId);
    expect(before).not.toContain(userId);
    await world.settled();
  });
});
