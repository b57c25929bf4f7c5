import { beforeEach, expect, test } from "vitest";
import { api, freshAccount, stack } from "../support/fixture.ts";
import { DAY, keyByHand, keys, SCORES, works } from "../support/host/world.ts";
import { liveIds } from "../support/world.ts";

const rotated = (trigger: number) => ({ ...SCORES, rotation: { overlap: "2d", trigger } });

beforeEach(() => freshAccount());

test("compromised on a new key under a renamed key's old name leaves the renamed key's predecessor its overlap", async () => {
  await stack.up(keys({ a: rotated(1) }));
  const [old, secret] = [stack.id("a"), stack.output("a", "apiKey")];
  await stack.up({ keys: { b: rotated(1) }, aliases: { b: "a" } });
  await stack.up(keys({ b: rotated(2) }));
  await stack.up(keys({ b: rotated(2), a: SCORES }));
  expect(stack.output("b", "previous")).toContainEqual(expect.objectContaining({ keyId: old }));
  expect(await works(api, secret)).toBe(true);
  const before = stack.id("a");
  const incident = keys({ b: rotated(2), a: { ...SCORES, rotation: { compromised: "now" } } });
  await stack.up(incident);
  expect(liveIds(api)).not.toContain(before);
  expect(await works(api, secret)).toBe(true);
  api.advance(2 * DAY);
  await stack.up(incident);
  expect(liveIds(api).toSorted()).toEqual([stack.id("a"), stack.id("b")].toSorted());
});

test("a key that is adopted without its secret in the same up has the overlap that was declared for it", async () => {
  await stack.up(keys({ a: SCORES, x: SCORES }));
  const [own, foreign] = [stack.id("a"), await keyByHand(api)];
  const rotation = { overlap: "2d", compromised: "now" };
  const incident = keys({ a: { ...SCORES, rotation, adopt: { keyId: foreign.keyId } }, x: SCORES });
  await stack.up(incident);
  expect(liveIds(api)).not.toContain(own);
  expect(stack.output("a", "previous")).toEqual([{ keyId: foreign.keyId, revokeAfter: "2026-11-22T12:00:00Z" }]);
  expect(await works(api, foreign.apiKey)).toBe(true);
  expect(await stack.preview(incident)).toEqual({ a: "same", x: "same" });
  api.advance(2 * DAY);
  await stack.up(incident);
  expect(liveIds(api).toSorted()).toEqual([stack.id("a"), stack.id("x")].toSorted());
});
