import { beforeEach, describe, expect, test } from "vitest";
import { api, freshAccount, stack } from "../support/fixture.ts";
import type { Fields } from "../support/host/handlers.ts";
import {
  counted,
  DAY,
  failure,
  HOUR,
  keyByHand,
  keys,
  SCORES,
  simStack,
  touched,
  works,
} from "../support/host/world.ts";
import type { SimStack } from "../support/model/engine.ts";
import { liveIds } from "../support/world.ts";

beforeEach(() => freshAccount({ updates: "patch" }));

const adopting = (adopt: Fields, more: Fields = {}) => keys({ a: { ...SCORES, adopt, ...more } });

test("an adoption whose update fails keeps the key, and the next up brings it to the declared form", async () => {
  stack.env["ZKSCORE_UPDATES"] = "patch";
  const made = await keyByHand(api);
  const program = adopting({ ...made }, { description: "ours now" });
  api.faults.add({ operation: "update", kind: "status", status: 400, every: 1 });
  await failure(stack.up(program));
  expect(stack.key("a")?.id).toBe(made.keyId);
  api.faults.clear();
  await stack.up(program);
  expect(api.keys().find(({ id }) => id === made.keyId)).toMatchObject({ description: "ours now", status: "active" });
  expect(await stack.preview(program)).toEqual({ a: "same" });
});

describe.each(["replace", "patch"])("with the secret, where updates are %s", (updates) => {
  beforeEach(() => {
    stack.env["ZKSCORE_UPDATES"] = updates;
  });

  test("the key is proved, taken over without a POST, and stays", async () => {
    const made = await keyByHand(api);
    const since = api.journal().length;
    await stack.up(adopting({ ...made }));
    expect(stack.key("a")).toMatchObject({ id: made.keyId, outputs: { apiKey: made.apiKey, name: "legacy" } });
    const { create, usage, update } = counted(api, since);
    expect({ create, usage, update }).toEqual({
      create: undefined,
      usage: 1,
      update: updates === "patch" ? 1 : undefined,
    });
    expect(await stack.preview(adopting({ ...made }))).toEqual({ a: "same" });
    await stack.refresh();
    expect(await stack.preview(adopting({ ...made }))).toEqual({ a: "same" });
  });

  test("a change after adoption makes a new key or patches, and never ends with none", async () => {
    const made = await keyByHand(api);
    await stack.up(adopting({ ...made }));
    const changed = adopting({ ...made }, { description: "now ours", rotation: { overlap: "1d" } });
    await stack.up(changed);
    const key = stack.key("a");
    expect(key?.id === made.keyId).toBe(updates === "patch");
    expect(await works(api, key?.outputs["apiKey"])).toBe(true);
    expect(await works(api, made.apiKey)).toBe(true);
    api.advance(DAY + HOUR);
    await stack.up(changed);
    expect(liveIds(api)).toEqual([key?.id]);
    expect(await stack.preview(changed)).toEqual({ a: "same" });
  });

  test("rotation counts from adoption, makes a new key and retires the adopted one", async () => {
    const made = await keyByHand(api);
    api.advance(300 * DAY);
    const program = adopting({ ...made }, { rotation: { every: "30d", overlap: "1d" } });
    await stack.up(program);
    expect(stack.key("a")?.id).toBe(made.keyId);
    api.advance(30 * DAY);
    await stack.up(program);
    const successor = stack.key("a");
    expect(successor?.id).not.toBe(made.keyId);
    expect(liveIds(api)).toHaveLength(2);
    api.advance(DAY);
    await stack.up(program);
    expect(liveIds(api)).toEqual([successor?.id]);
  });

  test("a differing field is refused where the key can't be changed, and mended where it can", async () => {
    const made = await keyByHand(api, { description: "as it was" });
    const program = adopting({ ...made }, { description: "as it should be" });
    if (updates === "replace") {
      expect(await failure(stack.up(program))).toMatch(/can't be adopted as declared[\s\S]*differs in description/);
      expect(touched(api)).toEqual([]);
      expect(counted(api)).toMatchObject({ create: 1 });
    } else {
      await stack.up(program);
      expect(api.keys()[0]?.description).toBe("as it should be");
    }
  });

  test("retain is the default while adopted; with adopt gone nothing is sent, and from then on removal revokes", async () => {
    const made = await keyByHand(api);
    await stack.up(adopting({ ...made }));
    await stack.up(keys({ b: SCORES }));
    expect(await works(api, made.apiKey)).toBe(true);
    await stack.up({ keys: { ...adopting({ ...made }).keys, b: SCORES } });
    const since = api.journal().length;
    const without = keys({ a: SCORES, b: SCORES });
    await stack.preview(without);
    expect(stack.log).toContain("from now on removing it revokes the key");
    await stack.up(without);
    const { create, revoke } = counted(api, since);
    expect({ create, revoke }).toEqual({ create: undefined, revoke: undefined });
    expect(stack.key("a")?.id).toBe(made.keyId);
    await stack.up(keys({ b: SCORES }));
    expect(await works(api, made.apiKey)).toBe(false);
  });

  test.each([true, false])(
    "--replace with refresh %s ends with a key that works, and never a second adoption's loss",
    async (refresh) => {
      const made = await keyByHand(api);
      await stack.up(adopting({ ...made }));
      await stack.up(adopting({ ...made }), { refresh, replace: ["a"] });
      const key = stack.key("a");
      expect(await works(api, key?.outputs["apiKey"])).toBe(true);
      expect(stack.deployed.get("a")).toBe(key?.outputs["apiKey"]);
      await stack.up(adopting({ ...made }));
      expect(await works(api, stack.output("a", "apiKey"))).toBe(true);
      expect(await stack.preview(adopting({ ...made }))).toEqual({ a: "same" });
    },
  );
});

describe("without the secret", () => {
  test("a new key is made and the adopted one retired after the overlap", async () => {
    const made = await keyByHand(api);
    const program = adopting({ keyId: made.keyId }, { rotation: { overlap: "2d" } });
    await stack.up(program);
    const key = stack.key("a");
    expect(key?.id).not.toBe(made.keyId);
    expect(await works(api, made.apiKey)).toBe(true);
    expect(await stack.preview(program)).toEqual({ a: "same" });
    api.advance(2 * DAY);
    await stack.up(program);
    expect(await works(api, made.apiKey)).toBe(false);
    expect(liveIds(api)).toEqual([key?.id]);
    expect(await stack.preview(program)).toEqual({ a: "same" });
    await stack.up(program);
    expect(stack.key("a")?.id).toBe(key?.id);
  });

  test.each([{}, { rotation: { overlap: "0s" } }])(
    "an overlap must be said: %j is refused before any request",
    async (more) => {
      const said = await failure(stack.up(adopting({ keyId: "key_any" }, more)));
      expect(said).toMatch(/rotation\.overlap: isn't set/);
      expect(counted(api)).toEqual({});
    },
  );
});

describe("refused, with nothing created, changed or revoked", () => {
  const refused = async (program: Parameters<SimStack["up"]>[0], says: RegExp) => {
    const since = api.journal().length;
    expect(await failure(stack.up(program))).toMatch(says);
    const { create, update, revoke } = counted(api, since);
    expect({ create, update, revoke }).toEqual({ create: undefined, update: undefined, revoke: undefined });
  };

  test("a wrong secret, and the secret of another key", async () => {
    const made = await keyByHand(api);
    const other = await keyByHand(api, { name: "other" });
    await refused(
      adopting({ keyId: made.keyId, apiKey: "zk_prod_wrong0000000000000000" }),
      /isn't the secret of[\s\S]*doesn't accept it/,
    );
    await refused(
      adopting({ keyId: made.keyId, apiKey: other.apiKey }),
      /isn't the secret of[\s\S]*belongs to another key/,
    );
  });

  test("expiresIn for a key that never ends, or later: no request could change that", async () => {
    for (const [how, more] of [
      ["never", {}],
      ["later than expiresIn says", { name: "late", expiry: "2027-12-01T00:00:00Z" }],
    ] as const) {
      const made = await keyByHand(api, more);
      const said = new RegExp(`can't be adopted as declared[^]*it ends ${how}[^]*remedy: remove expiresIn`);
      await refused(adopting({ ...made }, { expiresIn: "30d" }), said);
    }
    const ending = await keyByHand(api, { name: "ends", expiry: "2026-12-01T00:00:00Z" });
    await stack.up(adopting({ ...ending }, { expiresIn: "30d" }));
    expect(stack.key("a")?.id).toBe(ending.keyId);
  });

  test.each([true, false])("a key of another stack (with its secret: %s)", async (secret) => {
    const other = simStack({ api, stack: "other" });
    await other.up(keys({ a: SCORES }));
    const { keyId, apiKey } = other.key("a")?.outputs ?? {};
    const adopt = secret ? { keyId, apiKey } : { keyId };
    await refused(adopting(adopt, { rotation: { overlap: "1d" } }), /it belongs to proj\/other \(a\)/);
  });

  test("a key that is gone, revoked, or was never there", async () => {
    const made = await keyByHand(api);
    api.revoke(made.keyId);
    await refused(adopting({ ...made }), /can't be adopted[\s\S]*it is revoked/);
    await refused(
      adopting({ keyId: "key_never" }, { rotation: { overlap: "1d" } }),
      /can't be adopted[\s\S]*doesn't list it/,
    );
  });
});
