import { expect, test } from "vitest";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { freshWorld, world } from "../support/fixture.ts";
import { inWhole } from "../support/share.ts";
import { keysProgram, READ_SCORES } from "../support/world.ts";

/** The others depend on a key that is deleted before it is replaced, so that the engine deletes them first, too. */
const program = (description: string) =>
  keysProgram({
    base: `{ name: "prod-app", description: "${description}", ${READ_SCORES} }`,
    user: `{ description: base.keyId, rotation: { overlap: "2d" }, ${READ_SCORES} }`,
    guarded: `{ description: base.keyId, deletionPolicy: "prevent", ${READ_SCORES} }`,
  });

const ARGS = `{ rotation: { overlap: "1d" }, ${READ_SCORES} }`;

describeWithEngine("a key that depends on one with an explicit name, when that one is replaced,", () => {
  test.runIf(inWhole("a key deleted first, by its dependency"))(
    "keeps its overlap, and is replaced under prevent, too, which governs removal",
    {
      timeout: 120_000,
    },
    async () => {
      await freshWorld({ program: program("1") });
      await succeed(world.stack.up());
      const before = world.live();
      const user = world.key("user").id;
      world.stack.setProgram(program("2"));
      await succeed(world.stack.up());
      const { baseId, userId, guardedId } = await world.stack.outputs();
      expect(world.live().toSorted()).toEqual([baseId, userId, guardedId, user].map(String).toSorted());
      for (const id of [baseId, userId, guardedId]) expect(before).not.toContain(id);
      await world.settled();
    },
  );
});

/** `app` has a name, so the engine deletes it first, and with it, unasked and unannounced, what is replaced with it. */
const unannounced = `import { ApiKey } from "pulumi-zkscore";
const rotation = { overlap: "1d" };
const first = ({ props, opts }) => ({ props, opts: { ...opts, deleteBeforeReplace: true } });
const app = new ApiKey("app", { name: "prod-app", ${READ_SCORES} });
export const appId = app.keyId;
export const withId = new ApiKey("with", { rotation, deletionPolicy: "prevent", ${READ_SCORES} }, { replaceWith: [app] }).keyId;
export const firstId = new ApiKey("first", { rotation, ${READ_SCORES} }, { transforms: [first] }).keyId;
`;

describeWithEngine("a key that Pulumi deletes before it is replaced, without a diff,", () => {
  test("keeps its overlap, under replaceWith and --replace, read or unread", { timeout: 240_000 }, async () => {
    await freshWorld({ program: unannounced, refreshAlways: false });
    const { stack, api } = world;
    await succeed(stack.up());
    const urns = (await stack.export()).deployment.resources?.map(({ urn }) => urn) ?? [];
    const replace = ["app", "first"].flatMap((name) => [
      "--replace",
      urns.find((urn) => urn.endsWith(`::${name}`)) ?? name,
    ]);
    for (const flags of [[], ["--refresh"]]) {
      const before = world.keys();
      await succeed(stack.up([...flags, ...replace]));
      const after = new Set(world.live());
      expect(["with", "first"].map((name) => after.has(String(before[name]?.id)))).toEqual([true, true]);
      expect(after.has(String(before["app"]?.id))).toBe(false);
      api.advance(25 * 3_600_000);
      await succeed(stack.up(["--refresh"], { ZKSCORE_NOW: new Date(api.now()).toISOString() }));
      expect(world.live()).toHaveLength(3);
    }
  });

  test.runIf(inWhole("a key deleted first and removed"))(
    "is revoked all the same where it was removed, also by a run with a target",
    { timeout: 240_000 },
    async () => {
      await freshWorld({ program: keysProgram({ a: ARGS, b: ARGS, c: ARGS }), refreshAlways: false });
      const { stack } = world;
      await succeed(stack.up());
      const urns = (await stack.export()).deployment.resources?.map(({ urn }) => urn) ?? [];
      stack.setProgram(keysProgram({ a: ARGS, b: ARGS }));
      await succeed(stack.up(["--target", urns.find((urn) => urn.endsWith("::c")) ?? "c"]));
      expect(Object.keys(world.keys()).sort()).toEqual(["a", "b"]);
      stack.setProgram(keysProgram({ a: ARGS }));
      await succeed(stack.up());
      expect(Object.keys(world.keys())).toEqual(["a"]);
    },
  );

  test.runIf(inWhole("a key deleted first whose run fails"))(
    "stays alive and is named where the run fails before its replacement is made",
    {
      timeout: 240_000,
    },
    async () => {
      await freshWorld({ program: program("1") });
      const { stack, api } = world;
      await succeed(stack.up());
      const user = world.key("user").id;
      await api.use(String((await stack.outputs())["userSecret"]));
      stack.setProgram(program("2"));
      api.faults.add({ operation: "create", kind: "status", status: 503, every: 1 });
      expect((await stack.up()).code).not.toBe(0);
      api.faults.clear();
      const { output } = await succeed(stack.up());
      const { baseId, userId, guardedId } = await stack.outputs();
      expect(world.live().toSorted()).toEqual([baseId, userId, guardedId, user].map(String).toSorted());
      expect(output).toContain(user);
      await world.settled();
    },
  );
});
