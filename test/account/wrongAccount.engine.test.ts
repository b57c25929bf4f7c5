import { afterAll, beforeAll, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../emulator/index.ts";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { connection, createWorld, keysProgram, liveIds, READ_SCORES, type World } from "../support/world.ts";

const ARGS = `{ ${READ_SCORES} }`;

describeWithEngine("a run against what isn't the stack's account", () => {
  let api: Emulator;
  let world: World;
  beforeAll(async () => {
    api = await startEmulator({ accounts: [{}, {}] });
    world = await createWorld({ program: keysProgram({ a: ARGS }), api });
    await succeed(world.stack.up());
    world.stack.setProgram(keysProgram({ fresh: ARGS, a: `{ ${READ_SCORES}, description: "changed" }` }));
  }, 60_000);
  afterAll(async () => {
    await world.dispose();
    await api.close();
  });

  async function nothingIn(env: Record<string, string | undefined>, says: RegExp): Promise<void> {
    const { stack } = world;
    const before = { keys: api.keys(), state: await stack.export() };
    const since = api.journal().length;
    for (const verb of ["refresh", "up", "destroy"] as const) {
      const { code, output } = await stack[verb]([], env);
      expect(code).not.toBe(0);
      expect(output).toMatch(says);
    }
    const wrote = api
      .journal()
      .slice(since)
      .filter(({ operation }) => !["list", "usage"].includes(operation));
    expect(wrote).toEqual([]);
    expect(api.keys()).toEqual(before.keys);
    const ids = ({ deployment }: typeof before.state) => deployment.resources?.map(({ urn, id }) => `${urn} ${id}`);
    expect(ids(await stack.export())).toEqual(ids(before.state));
  }

  test(
    "another account's token: refresh, up and destroy change nothing and name the token",
    () =>
      nothingIn(
        { ZKSCORE_TOKEN: connection(api, 1)["ZKSCORE_TOKEN"] },
        /ZKS_WRONG_ACCOUNT[\s\S]*check that ZKSCORE_TOKEN/,
      ),
    90_000,
  );

  test("another deployment's base URL: refresh, up and destroy change nothing and name the setting", async () => {
    const since = api.journal().length;
    await nothingIn({ ZKSCORE_BASE_URL: `${api.origin}/api/v1` }, /ZKS_WRONG_ACCOUNT[\s\S]*set ZKSCORE_BASE_URL/);
    expect(api.journal()).toHaveLength(since);
  }, 90_000);

  test("control: with its own account the same up goes through", async () => {
    await succeed(world.stack.up());
    expect(liveIds(api)).toHaveLength(2);
    await succeed(world.stack.destroy());
    expect(liveIds(api)).toEqual([]);
  }, 60_000);
});
