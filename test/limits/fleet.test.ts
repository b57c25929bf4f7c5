import { afterEach, expect, test } from "vitest";
import { type Fleet, fleet } from "../support/host/fleet.ts";
import { works } from "../support/host/world.ts";
import { liveIds } from "../support/world.ts";

const SIZE = { stacks: 20, keys: 10, quota: 100 };
const TOTAL = SIZE.stacks * SIZE.keys;

let running: Fleet | undefined;
afterEach(() => running?.api.close());

test(`${SIZE.stacks} stacks of ${SIZE.keys} keys at once, 60 requests a minute, ${SIZE.quota} creations a day`, {
  timeout: 600_000,
}, async () => {
  running = await fleet(SIZE);
  const { api, stacks, upAll, nextDay } = running;
  const first = await upAll();
  expect(liveIds(api)).toHaveLength(SIZE.quota);
  const failures = first.flatMap((one) => (one.status === "rejected" ? [String(one.reason)] : []));
  expect(failures.length).toBeGreaterThan(0);
  for (const text of failures) expect(text).toMatch(/(ZKS_QUOTA|ZKS_RATE_LIMITED|ZKS_DEADLINE)[\s\S]*remedy/);
  expect(failures.some((text) => /ZKS_QUOTA[\s\S]*not before 2026-11-2\dT00:00/.test(text))).toBe(true);

  let runs = 1;
  for (; runs < 12 && stacks.some((stack) => stack.entries.length <= SIZE.keys); runs++) {
    nextDay();
    await upAll();
  }
  console.log(`fleet: ${TOTAL} keys after ${runs} runs, ${api.journal().length} requests`);
  expect(liveIds(api)).toHaveLength(TOTAL);
  const names = api
    .keys()
    .filter((key) => key.status === "active")
    .map((key) => `${key.metadata["pulumi:stack"]}/${key.metadata["pulumi:name"]}`);
  expect(new Set(names).size).toBe(TOTAL);
  const state = stacks.flatMap((stack) => stack.entries.filter(({ kind }) => kind === "key"));
  expect(new Set(state.map(({ id }) => id))).toEqual(new Set(liveIds(api)));
  api.advance(3_600_000);
  expect(await works(api, state[0]?.outputs["apiKey"])).toBe(true);
});
