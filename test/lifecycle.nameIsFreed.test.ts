import { afterEach, beforeEach, expect, test } from "vitest";
import type { Emulator } from "../emulator/index.ts";
import type { KeyApi } from "../provider/api/types.ts";
import { killableStack } from "./support/hostKilled.ts";
import { accountAt, DAY, failure, keys, SCORES, simStack, works } from "./support/hostWorld.ts";
import { liveIds } from "./support/world.ts";

let api: Emulator;
beforeEach(async () => {
  api = await accountAt();
});
afterEach(() => api.close());

test("by --replace of a key under retain: the old one goes, since the policy governs removal", async () => {
  const args = { ...SCORES, name: "prod-app", deletionPolicy: "retain" };
  const stack = simStack({ api });
  await stack.up(keys({ a: args }));
  const old = stack.key("a")?.id;
  await stack.up(keys({ a: args }), { replace: ["a"] });
  expect(stack.key("a")?.id).not.toBe(old);
  expect(liveIds(api)).toEqual([stack.key("a")?.id]);
  expect(await stack.preview(keys({ a: args }))).toEqual({ a: "same" });
});

test("by an expired key: the next up replaces it under the same name", async () => {
  const program = keys({ a: { ...SCORES, name: "prod-app", expiresIn: "30d" } });
  const stack = simStack({ api });
  await stack.up(program);
  const old = stack.key("a")?.id;
  api.advance(31 * DAY);
  expect(await stack.preview(program)).toEqual({ a: "replace" });
  await stack.up(program);
  expect(stack.key("a")?.id).not.toBe(old);
  expect(stack.key("a")?.outputs["name"]).toBe("prod-app");
  expect(await works(api, stack.key("a")?.outputs["apiKey"])).toBe(true);
});

test("by the leftover of a killed run: without a refresh the error names the remedy, and the remedy works", async () => {
  const { stack, killedUp } = killableStack(api);
  const program = keys({ a: { ...SCORES, name: "prod-app" }, b: SCORES });
  await stack.up(keys({ b: SCORES }));
  await killedUp(program);
  const [leftover] = liveIds(api).filter((id) => id !== stack.key("b")?.id);
  const said = await failure(stack.up(program, { refresh: false }));
  expect(said).toContain(`a: the name "prod-app" is taken by key ${leftover}, made by proj/dev as a [ZKS_CONFLICT`);
  expect(said).toMatch(/remedy: run `pulumi up --refresh`: it ends that key, which a run that was cut off left behind/);
  await stack.up(program);
  expect(liveIds(api).toSorted()).toEqual([stack.key("a")?.id, stack.key("b")?.id].toSorted());
});

test("by a leftover that the server shows under its name in another case", async () => {
  const { stack: killed, killedUp } = killableStack(api);
  const program = keys({ a: { ...SCORES, name: "Prod" }, b: SCORES });
  await killed.up(keys({ b: SCORES }));
  await killedUp(program);
  const lowerCase = (client: KeyApi): KeyApi => ({
    ...client,
    list: async (mode) => {
      const listing = await client.list(mode);
      const shown = [...listing.keys].map(([id, key]) => [id, { ...key, name: key.name.toLowerCase() }] as const);
      return { ...listing, keys: new Map(shown) };
    },
  });
  const stack = simStack({ api, around: lowerCase });
  stack.entries = killed.entries;
  await stack.up(program);
  expect(liveIds(api).toSorted()).toEqual([stack.key("a")?.id, stack.key("b")?.id].toSorted());
});
