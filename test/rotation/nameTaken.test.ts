import { beforeEach, expect, test } from "vitest";
import { api, freshAccount, stack } from "../support/fixture.ts";
import { counted, failure, keyByHand, keys, SCORES, works } from "../support/host/world.ts";
import { liveIds } from "../support/world.ts";

beforeEach(() => freshAccount());

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
  expect(await works(api, stack.output("a", "apiKey"))).toBe(true);
  await stack.up(keys({ a: { ...SCORES, name: "free" } }));
  expect(liveIds(api)).toHaveLength(2);
});
