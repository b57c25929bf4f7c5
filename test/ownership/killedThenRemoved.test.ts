import { beforeEach, expect, test } from "vitest";
import { api, freshAccount } from "../support/fixture.ts";
import { killableStack } from "../support/host/killed.ts";
import { keys, SCORES } from "../support/host/world.ts";
import { liveIds } from "../support/world.ts";

const OVERLAP = { ...SCORES, rotation: { overlap: "7d" } };
const CHANGED = { ...OVERLAP, description: "changed" };

beforeEach(() => freshAccount());

test("a rotation that was killed, then the key removed: neither it, nor its overlap, nor the leftover lives on", async () => {
  const { stack, killedUp } = killableStack(api);
  await stack.up(keys({ a: OVERLAP, b: SCORES }));
  await stack.up(keys({ a: CHANGED, b: SCORES }));
  expect(liveIds(api)).toHaveLength(3);
  await killedUp(keys({ a: OVERLAP, b: SCORES }));
  expect(liveIds(api)).toHaveLength(4);
  await stack.up(keys({ b: SCORES }));
  expect(liveIds(api)).toEqual([stack.key("b")?.id]);
});

test.each([true, false])("a rotation that was killed, then destroy (refresh: %s): no key lives on", async (refresh) => {
  const { stack, killedUp } = killableStack(api);
  await stack.up(keys({ a: OVERLAP }));
  await stack.up(keys({ a: CHANGED }));
  await killedUp(keys({ a: OVERLAP }));
  expect(liveIds(api)).toHaveLength(3);
  await stack.destroy(refresh);
  expect(liveIds(api)).toEqual([]);
});

test("a rotation that was killed, then the same program again: the old key keeps its overlap", async () => {
  const { stack, killedUp } = killableStack(api);
  await stack.up(keys({ a: OVERLAP }));
  const first = stack.key("a")?.id;
  await killedUp(keys({ a: CHANGED }));
  await stack.up(keys({ a: CHANGED }));
  expect(liveIds(api).sort()).toEqual([first, stack.key("a")?.id].sort());
});

test.each(["unchanged", "replaced"])(
  "a rotation that was killed, then the key renamed by an alias and %s: the leftover with its old mark ends",
  async (how) => {
    const { stack, killedUp } = killableStack(api);
    await stack.up(keys({ a: OVERLAP }));
    const first = stack.key("a")?.id;
    await killedUp(keys({ a: CHANGED }));
    expect(liveIds(api)).toHaveLength(2);
    await stack.up({ keys: { b: how === "replaced" ? CHANGED : OVERLAP }, aliases: { b: "a" } });
    expect(new Set(liveIds(api))).toEqual(new Set([first, stack.key("b")?.id]));
  },
);
