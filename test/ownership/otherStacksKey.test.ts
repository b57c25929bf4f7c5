import { beforeEach, describe, expect, test } from "vitest";
import { api, freshAccount, stack } from "../support/fixture.ts";
import { keys, SCORES, simStack } from "../support/host/world.ts";
import type { SimStack } from "../support/model/engine.ts";
import { liveIds } from "../support/world.ts";

// A key that nobody has used yet, with this stack's mark, in another stack's state.

beforeEach(() => freshAccount());

/** `pulumi state move` of `a` to a stack of another project, and the first `up` there. */
async function moved(): Promise<SimStack> {
  await stack.up(keys({ a: SCORES, b: SCORES }));
  const other = simStack({ api, project: "other" });
  await other.up(keys({ c: SCORES }));
  other.entries.push(...stack.entries.filter(({ name }) => name === "a"));
  stack.entries = stack.entries.filter(({ name }) => name !== "a");
  await other.up(keys({ a: SCORES, c: SCORES }));
  return other;
}

test("after pulumi state move, no up and no destroy of the stack it came from ends it", async () => {
  const other = await moved();
  const key = other.id("a");
  await stack.up(keys({ b: SCORES }));
  await stack.destroy();
  expect(liveIds(api).toSorted()).toEqual([key, other.key("c")?.id].toSorted());
  expect(await other.preview(keys({ a: SCORES, c: SCORES }))).toEqual({ a: "same", c: "same" });
  await other.destroy();
  expect(liveIds(api)).toEqual([]);
});

describe("a copy of the state under another name", () => {
  const program = (trigger: number) => keys({ a: { ...SCORES, rotation: { overlap: "2d", trigger } } });
  let copy: SimStack;
  beforeEach(async () => {
    await stack.up(program(1));
    copy = simStack({ api, stack: "prod" });
    copy.entries = stack.snapshot();
  });

  test("has keys that the original doesn't call leftovers, and that its destroy spares", async () => {
    await copy.up(program(2));
    const key = copy.id("a");
    await stack.up(program(1));
    expect(stack.log).toBe("");
    await stack.destroy();
    expect(liveIds(api)).toEqual([key]);
    expect(stack.log).toMatch(new RegExp(`were left alone: key ${key} `));
  });

  test("spares the keys that the original has made since, in an up and in a destroy", async () => {
    await stack.up(keys({ ...program(2).keys, later: SCORES }));
    const own = ["a", "later"].map((name) => stack.id(name));
    await copy.up(program(3));
    expect(liveIds(api)).toEqual(expect.arrayContaining(own));
    await copy.destroy();
    expect(liveIds(api).toSorted()).toEqual(own.toSorted());
    expect(await stack.preview(keys({ ...program(2).keys, later: SCORES }))).toEqual({ a: "same", later: "same" });
  });
});
