import { afterEach, beforeEach, expect, test } from "vitest";
import type { Emulator } from "../../emulator/index.ts";
import { accountAt, counted, failure, keyByHand, keys, SCORES, simStack, works } from "../support/host/world.ts";
import type { SimStack } from "../support/model/engine.ts";
import { liveIds } from "../support/world.ts";

let api: Emulator;
let stack: SimStack;
beforeEach(async () => {
  api = await accountAt();
  stack = simStack({ api });
});
afterEach(() => api.close());

test.each([
  ["a derived name", { ...SCORES }],
  ["another explicit name", { ...SCORES, name: "mine" }],
])("from %s to a name that somebody has: refused before the old key is revoked", async (_before, args) => {
  await stack.up(keys({ a: args }));
  await keyByHand(api, { name: "Taken" });
  const before = liveIds(api).toSorted();
  for (const refresh of [true, false]) {
    const since = api.journal().length;
    const said = await failure(stack.up(keys({ a: { ...SCORES, name: "taken" } }), { refresh }));
    expect(said).toContain("ZKS_CONFLICT");
    expect(said).toMatch(/a: key \S+ was not replaced, since its new name is taken by key \S+ \("Taken"\)/);
    expect(Object.keys(counted(api, since))).toEqual(["list"]);
  }
  expect(liveIds(api).toSorted()).toEqual(before);
  expect(await works(api, stack.key("a")?.outputs["apiKey"])).toBe(true);
  await stack.up(keys({ a: { ...SCORES, name: "free" } }));
  expect(liveIds(api)).toHaveLength(2);
});
