import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { beside, urnOf } from "../support/model/stacks.ts";
import { inWhole } from "../support/share.ts";
import { createWorld, keysProgram, READ_SCORES, type World } from "../support/world.ts";

const ARGS = `{ ${READ_SCORES}, rotation: { overlap: "1h" } }`;

describeWithEngine("commands that go past the program", () => {
  let world: World;
  let urn = "";
  beforeAll(async () => {
    world = await createWorld({ program: keysProgram({ a: ARGS, b: `{ ${READ_SCORES} }` }) });
    await succeed(world.stack.up());
    urn = await urnOf(world.stack, "a");
  }, 60_000);
  afterAll(() => world.dispose());

  const id = async (name = "a") => String((await world.stack.outputs())[`${name}Id`]);
  const use = async () => world.api.use(String((await world.stack.outputs())["aSecret"]));

  test.runIf(inWhole("--replace and taint"))(
    "--replace and state taint make a new key and keep the old one for the overlap",
    async () => {
      const { stack } = world;
      const first = await id();
      await succeed(stack.up(["--replace", urn]));
      const second = await id();
      expect(world.live()).toEqual(expect.arrayContaining([first, second]));
      await succeed(stack.run(["state", "taint", "--stack", "dev", "--yes", urn]));
      await succeed(stack.up());
      expect(await id()).not.toBe(second);
      expect(world.live()).toEqual(expect.arrayContaining([first, second, await id()]));
      await stack.expectNoChanges();
    },
    120_000,
  );

  test("--target on one key leaves the others alone", async () => {
    const { stack } = world;
    const b = await id("b");
    await succeed(stack.up(["--target", urn, "--replace", urn]));
    expect(await id("b")).toBe(b);
    expect(world.live()).toContain(b);
  }, 60_000);

  test.runIf(inWhole("a restored backup"))(
    "a backup restored after a rotation: the key in use is never ended, and is named",
    async () => {
      const { stack } = world;
      const old = await id();
      const file = beside(stack, "backup.json");
      await succeed(stack.run(["stack", "export", "--stack", "dev", "--file", file]));
      await succeed(stack.up(["--replace", urn]));
      const newer = await id();
      expect((await use()).status).toBe(200);
      await succeed(stack.run(["stack", "import", "--stack", "dev", "--file", file]));
      await succeed(stack.up());
      expect(await id()).toBe(old);
      expect(world.live()).toEqual(expect.arrayContaining([old, newer]));
      const renewed = await succeed(stack.up(["--replace", urn]));
      expect(renewed.output).toMatch(
        new RegExp(`key ${newer} .*carries this resource's mark and is not in this stack's state`),
      );
      expect(world.live()).toContain(newer);
      world.api.revoke(newer);
    },
    120_000,
  );

  test("state delete forgets a key: one that is used stays and is named, the next up makes another", async () => {
    const { stack } = world;
    expect((await use()).status).toBe(200);
    const forgotten = await id();
    await succeed(stack.run(["state", "delete", "--stack", "dev", "--yes", "--force", urn]));
    const up = await succeed(stack.up());
    expect(up.output).toMatch(new RegExp(`key ${forgotten} .*left alone; see`));
    expect(world.live()).toEqual(expect.arrayContaining([forgotten, await id()]));
    const destroyed = await succeed(stack.destroy());
    expect(destroyed.output).toContain(forgotten);
    expect(world.live()).toContain(forgotten);
  }, 120_000);
});
