import { beforeEach, expect, test } from "vitest";
import { api, freshAccount } from "../support/fixture.ts";
import { killableStack } from "../support/host/killed.ts";
import { keys, SCORES } from "../support/host/world.ts";
import { liveIds } from "../support/world.ts";

beforeEach(() => freshAccount());

/** A stack with `b`, and a key `a` whose first create was killed between commit and record. */
async function withLeftover() {
  const { stack, killedUp } = killableStack(api);
  await stack.up(keys({ b: SCORES }));
  await killedUp(keys({ a: SCORES, b: SCORES }));
  const [leftover = ""] = liveIds(api).filter((id) => id !== stack.key("b")?.id);
  return { stack, leftover };
}

test("a first create that was killed, then the key removed: its leftover is named, and destroy ends it", async () => {
  const { stack, leftover } = await withLeftover();
  await stack.up(keys({ b: SCORES }));
  expect(stack.log).toContain(`key ${leftover}`);
  expect(stack.log).toContain("zkscore-keys reconcile");
  expect(liveIds(api).sort()).toEqual([leftover, stack.key("b")?.id].sort());
  await stack.destroy();
  expect(liveIds(api)).toEqual([]);
});

test("declared again, it is ended by its own create", async () => {
  const { stack, leftover } = await withLeftover();
  await stack.up(keys({ a: SCORES, b: SCORES }));
  expect(liveIds(api)).not.toContain(leftover);
  expect(liveIds(api)).toHaveLength(2);
});

test("a run that hasn't read the state names nothing, nor does one where nothing is left over", async () => {
  const { stack, leftover } = await withLeftover();
  await stack.up(keys({ b: SCORES }), { refresh: false });
  expect(stack.log).not.toContain(leftover);
  api.revoke(leftover);
  await stack.up(keys({ b: SCORES }));
  expect(stack.log).not.toContain("left behind");
});
