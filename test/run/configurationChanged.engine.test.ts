import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { keyByHand, markOf } from "../support/host/world.ts";
import { urnOf } from "../support/model/stacks.ts";
import { inWhole, share } from "../support/share.ts";
import { createWorld, READ_SCORES, type World } from "../support/world.ts";

const PROGRAM = `import { ApiKey } from "pulumi-zkscore";
const trigger = process.env.TRIGGER;
const key = new ApiKey("a", { ${READ_SCORES}, rotation: { overlap: "2h" } },
  trigger === undefined ? {} : { replacementTrigger: trigger });
export const secret = key.apiKey;
export const id = key.keyId;
export const previous = key.previous;
`;

/**
 * A default provider's inputs are the whole configuration of the project. Where it changed since the last run, the engine
 * refreshes in one provider process and runs the program in another.
 */
describeWithEngine("a run whose configuration changed since the last one", () => {
  let world: World;
  let count = 0;
  let trigger = "0";
  beforeAll(async () => {
    world = await createWorld({ program: PROGRAM });
    await succeed(world.stack.up([], { TRIGGER: trigger }));
  }, 90_000);
  afterAll(() => world.dispose());

  const outputs = async () => (await world.stack.outputs()) as { secret: string; id: string; previous: unknown[] };
  const use = async () => expect((await world.api.use((await outputs()).secret)).status).toBe(200);
  const configure = () => succeed(world.stack.run(["config", "set", "--stack", "dev", "unrelated", String(++count)]));
  afterEach(async () => {
    expect(await world.api.use((await outputs()).secret)).toMatchObject({ status: 200 });
  });

  const ways: Record<string, () => Promise<unknown>> = {
    "--replace": async () =>
      succeed(world.stack.up(["--replace", await urnOf(world.stack, "a")], { TRIGGER: trigger })),
    taint: async () => {
      await succeed(world.stack.run(["state", "taint", "--stack", "dev", "--yes", await urnOf(world.stack, "a")]));
      return succeed(world.stack.up([], { TRIGGER: trigger }));
    },
    replacementTrigger: () => {
      trigger = "1";
      return succeed(world.stack.up([], { TRIGGER: trigger }));
    },
  };

  // Every way calls `create` without `diff`.
  const tried = share("ways to replace", Object.keys(ways), (way) => way === "--replace");
  test.each(tried)(
    "%s keeps the overlap of the key it replaces, and every overlap promised before",
    async (way) => {
      await use();
      const before = await outputs();
      await configure();
      await ways[way]?.();
      const after = await outputs();
      expect(after.id).not.toBe(before.id);
      expect(world.live()).toEqual(expect.arrayContaining([after.id, before.id]));
      expect(after.previous).toEqual(expect.arrayContaining([...before.previous]));
      expect(after.previous).toHaveLength(before.previous.length + 1);
    },
    120_000,
  );

  test.runIf(inWhole("at rest"))(
    "a refresh and a preview find nothing to do",
    async () => {
      await configure();
      await succeed(world.stack.refresh());
      await configure();
      await world.stack.expectNoChanges({ TRIGGER: trigger });
    },
    120_000,
  );

  test("an orphan that the refresh has listed is revoked by the same run", async () => {
    const { api, stack } = world;
    const [held = ""] = [(await outputs()).id];
    const metadata = { ...markOf(api, held), "pulumi:attempt": "0badcafe" };
    const orphan = await keyByHand(api, { name: "a-0badcafe", metadata });
    expect(world.live()).toContain(orphan.keyId);
    await configure();
    await succeed(stack.up([], { TRIGGER: trigger }));
    expect(world.live()).not.toContain(orphan.keyId);
    expect(world.live()).toContain(held);
  }, 120_000);
});

describeWithEngine("a run that hasn't read the state", () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld({ program: PROGRAM, refreshAlways: false });
    await succeed(world.stack.up([], { TRIGGER: "0" }));
  }, 90_000);
  afterAll(() => world.dispose());

  const outputs = async () => (await world.stack.outputs()) as { secret: string; id: string; previous: unknown[] };

  test("refuses to replace a key in use, changes nothing, and goes on with --refresh", async () => {
    const { stack, api } = world;
    const before = await outputs();
    expect((await api.use(before.secret)).status).toBe(200);
    world.requests();
    for (const [args, env] of [
      [["--replace", await urnOf(stack, "a")], { TRIGGER: "0" }],
      [[], { TRIGGER: "1" }],
    ] as const) {
      const refused = await stack.up(args, env);
      expect(refused.code).not.toBe(0);
      expect(refused.output).toContain("ZKS_UNREAD");
      expect(refused.output).toContain(before.id);
      expect(refused.output).toContain("--refresh");
      expect(world.requests().filter((operation) => operation !== "list")).toEqual([]);
    }
    await succeed(stack.up(["--refresh"], { TRIGGER: "1" }));
    const after = await outputs();
    expect(world.live()).toEqual(expect.arrayContaining([after.id, before.id]));
    expect(after.previous).toMatchObject([{ keyId: before.id }]);
  }, 120_000);

  test.runIf(inWhole("after state delete"))(
    "refuses after `state delete`, and goes on with --refresh",
    async () => {
      const { stack, api } = world;
      const before = await outputs();
      expect((await api.use(before.secret)).status).toBe(200);
      await succeed(stack.run(["state", "delete", "--stack", "dev", "--yes", "--force", await urnOf(stack, "a")]));
      const refused = await stack.up([], { TRIGGER: "1" });
      expect(refused.output).toContain("ZKS_UNREAD");
      await succeed(stack.up(["--refresh"], { TRIGGER: "1" }));
      expect(world.live()).toEqual(expect.arrayContaining([(await outputs()).id, before.id]));
    },
    120_000,
  );
});
