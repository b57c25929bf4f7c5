import { afterEach, beforeEach, expect, test } from "vitest";
import type { Emulator } from "../emulator/index.ts";
import { accountAt, keys, SCORES, simStack } from "./support/hostWorld.ts";
import type { SimStack } from "./support/modelEngine.ts";
import { liveIds } from "./support/world.ts";

// A key that nobody has used yet, with this stack's mark, in another stack's state.

let api: Emulator;
let stack: SimStack;
beforeEach(async () => {
  api = await accountAt();
  stack = simStack({ api });
});
afterEach(() => api.close());

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
  const key = other.key("a")?.id ?? "";
  await stack.up(keys({ b: SCORES }));
  await stack.destroy();
  expect(liveIds(api).toSorted()).toEqual([key, other.key("c")?.id].toSorted());
  expect(await other.preview(keys({ a: SCORES, c: SCORES }))).toEqual({ a: "same", c: "same" });
  await other.destroy();
  expect(liveIds(api)).toEqual([]);
});

test("the key of a copy under another name isn't called a leftover of a run that was cut off", async () => {
  const program = (trigger: number) => keys({ a: { ...SCORES, rotation: { overlap: "2d", trigger } } });
  await stack.up(program(1));
  const copy = simStack({ api, stack: "prod" });
  copy.entries = stack.snapshot();
  await copy.up(program(2));
  await stack.up(program(1));
  expect(stack.log).toBe("");
  expect(liveIds(api)).toContain(copy.key("a")?.id);
});
