import { beforeEach, expect, test } from "vitest";
import { api, freshAccount, stack } from "../support/fixture.ts";
import { keys, SCORES, works } from "../support/host/world.ts";
import { liveIds } from "../support/world.ts";

beforeEach(() => freshAccount());

test("a renamed key's replacement never sweeps a new key of its old name that --exclude leaves unread", async () => {
  await stack.up(keys({ a: SCORES }));
  await stack.up({ keys: { b: SCORES }, aliases: { b: "a" } });
  await stack.up(keys({ b: SCORES, a: SCORES }));
  const before = stack.id("b");
  const changed = keys({ b: { ...SCORES, description: "x" }, a: SCORES });
  await stack.up(changed, { exclude: ["a"] });
  expect(stack.id("b")).not.toBe(before);
  expect(liveIds(api).toSorted()).toEqual([stack.id("a"), stack.id("b")].toSorted());
  expect(await stack.preview(changed)).toEqual({ a: "same", b: "same" });
});

test("a key in use with the mark that a renamed key had before is never ended, and named by every refreshed up", async () => {
  await stack.up(keys({ a: SCORES, x: SCORES }));
  const [lost, secret] = [stack.id("a"), stack.output("a", "apiKey")];
  expect(await works(api, secret)).toBe(true);
  stack.entries = stack.entries.filter((entry) => entry.id !== lost); // pulumi state delete
  await stack.up(keys({ a: SCORES, x: SCORES }));
  await stack.up({ keys: { b: SCORES, x: SCORES }, aliases: { b: "a" } });
  const incident = keys({ b: { ...SCORES, rotation: { compromised: "now" } }, x: SCORES });
  for (const program of [incident, incident, keys({ x: SCORES })]) {
    await stack.up(program);
    expect(stack.log).toMatch(new RegExp(`in use, with this stack's mark.*key ${lost} .*zkscore-keys reconcile`));
  }
  expect(await works(api, secret)).toBe(true);
});
