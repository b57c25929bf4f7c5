import { beforeEach, describe, expect, test } from "vitest";
import { api, freshAccount, stack } from "../support/fixture.ts";
import { killableStack } from "../support/host/killed.ts";
import { keys, SCORES } from "../support/host/world.ts";
import { liveIds } from "../support/world.ts";

beforeEach(() => freshAccount());

describe("a key nobody has used can be let go under retain", () => {
  // Its marker says nothing of retain: the policy comes later, and the API has no update.
  beforeEach(async () => {
    await stack.up(keys({ a: SCORES, b: SCORES }));
    await stack.up(keys({ a: { ...SCORES, deletionPolicy: "retain" }, b: SCORES }));
  });

  test("and lives through a later destroy: one request with it shows that it is no leftover", async () => {
    const key = stack.id("a");
    await stack.up(keys({ b: SCORES }));
    expect(stack.key("a")).toBeUndefined();
    await stack.destroy();
    expect(liveIds(api)).toEqual([key]);
  });

  test("where it is suspended, and the warning says what a later destroy would do", async () => {
    const key = stack.id("a");
    api.setInactive(key, true);
    await stack.up(keys({ b: SCORES }));
    expect(stack.key("a")).toBeUndefined();
    expect(stack.log).toMatch(new RegExp(`warning: a: key ${key} .*was never used and can't be used from here`));
    expect(stack.log).toContain("A later `pulumi destroy` of proj/dev would take it for an orphan");
    expect(liveIds(api)).toContain(key);
  });

  test("where it may not read its usage (an address list), with the same warning", async () => {
    const key = stack.id("a");
    api.faults.add({ operation: "usage", kind: "status", status: 403, every: 1 });
    await stack.up(keys({ b: SCORES }));
    expect(stack.key("a")).toBeUndefined();
    expect(stack.log).toMatch(new RegExp(`warning: a: key ${key} .*was never used and can't be used from here`));
    expect(liveIds(api)).toContain(key);
  });
});

test("the predecessor of a retained key lives on, as was said, through a later destroy", async () => {
  const rotated = (trigger: number, more: object = {}) => ({
    ...SCORES,
    rotation: { overlap: "2d", trigger },
    ...more,
  });
  await stack.up(keys({ a: rotated(1), b: SCORES }));
  const first = stack.id("a");
  await stack.up(keys({ a: rotated(2), b: SCORES }));
  await stack.up(keys({ a: rotated(2, { deletionPolicy: "retain" }), b: SCORES }));
  const second = stack.id("a");
  await stack.up(keys({ b: SCORES }));
  expect(stack.log).toContain(`key ${first}, which it replaced, stays alive as well: no run will revoke it`);
  await stack.destroy();
  expect(liveIds(api).toSorted()).toEqual([first, second].toSorted());
});

describe("a key made under retain that no state holds", () => {
  const args = (trigger: number) => ({ ...SCORES, deletionPolicy: "retain", rotation: { overlap: "2d", trigger } });

  test("is revoked by the next refreshed up where a killed run made it to replace a key that the state still has", async () => {
    const { stack, killedUp } = killableStack(api);
    await stack.up(keys({ a: args(1), b: SCORES }));
    const first = stack.id("a");
    await killedUp(keys({ a: args(2), b: SCORES }));
    expect(liveIds(api)).toHaveLength(3);
    await stack.up(keys({ a: args(2), b: SCORES }));
    expect(liveIds(api).toSorted()).toEqual([first, stack.id("a"), stack.id("b")].toSorted());
  });

  test("lives on where it was let go, with the one it replaced, also when its resource is declared again", async () => {
    await stack.up(keys({ a: args(1), b: SCORES }));
    await stack.up(keys({ a: args(2), b: SCORES }));
    const kept = liveIds(api);
    await stack.up(keys({ b: SCORES }));
    await stack.up(keys({ a: args(2), b: SCORES }));
    await stack.up(keys({ a: args(3), b: SCORES }));
    expect(liveIds(api)).toEqual(expect.arrayContaining(kept));
  });
});
