import { afterEach, beforeEach, expect, test } from "vitest";
import type { Emulator } from "../../emulator/index.ts";
import { accountAt, DAY, keyByHand, keys, SCORES, simStack, works } from "../support/host/world.ts";
import type { SimStack } from "../support/model/engine.ts";
import { liveIds } from "../support/world.ts";

const rotated = (trigger: number) => ({ ...SCORES, rotation: { overlap: "2d", trigger } });

let api: Emulator;
let stack: SimStack;
beforeEach(async () => {
  api = await accountAt();
  stack = simStack({ api });
});
afterEach(() => api.close());

const id = (name: string) => stack.key(name)?.id ?? "";

test("compromised on a new key under a renamed key's old name leaves the renamed key's predecessor its overlap", async () => {
  await stack.up(keys({ a: rotated(1) }));
  const [old, secret] = [id("a"), stack.key("a")?.outputs["apiKey"]];
  await stack.up({ keys: { b: rotated(1) }, aliases: { b: "a" } });
  await stack.up(keys({ b: rotated(2) }));
  await stack.up(keys({ b: rotated(2), a: SCORES }));
  expect(stack.key("b")?.outputs["previous"]).toContainEqual(expect.objectContaining({ keyId: old }));
  expect(await works(api, secret)).toBe(true);
  const before = id("a");
  const incident = keys({ b: rotated(2), a: { ...SCORES, rotation: { compromised: "now" } } });
  await stack.up(incident);
  expect(liveIds(api)).not.toContain(before);
  expect(await works(api, secret)).toBe(true);
  api.advance(2 * DAY);
  await stack.up(incident);
  expect(liveIds(api).toSorted()).toEqual([id("a"), id("b")].toSorted());
});

test("a key that is adopted without its secret in the same up has the overlap that was declared for it", async () => {
  await stack.up(keys({ a: SCORES, x: SCORES }));
  const [own, foreign] = [id("a"), await keyByHand(api)];
  const rotation = { overlap: "2d", compromised: "now" };
  const incident = keys({ a: { ...SCORES, rotation, adopt: { keyId: foreign.keyId } }, x: SCORES });
  await stack.up(incident);
  expect(liveIds(api)).not.toContain(own);
  expect(stack.key("a")?.outputs["previous"]).toEqual([{ keyId: foreign.keyId, revokeAfter: "2026-11-22T12:00:00Z" }]);
  expect(await works(api, foreign.apiKey)).toBe(true);
  expect(await stack.preview(incident)).toEqual({ a: "same", x: "same" });
  api.advance(2 * DAY);
  await stack.up(incident);
  expect(liveIds(api).toSorted()).toEqual([id("a"), id("x")].toSorted());
});
