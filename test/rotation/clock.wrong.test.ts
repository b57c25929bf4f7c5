import { beforeEach, expect, test } from "vitest";
import { api, freshAccount, stack } from "../support/fixture.ts";
import { accountClock, counted, failure, HOUR, keys, SCORES, simStack } from "../support/host/world.ts";
import type { SimStack } from "../support/model/engine.ts";
import { liveIds } from "../support/world.ts";

beforeEach(() => freshAccount());

/** The same stack on a machine whose clock is ahead of the API's. */
function ahead(ms: number): SimStack {
  const other = simStack({ api, clock: { ...accountClock(api), now: () => api.now() + ms } });
  other.entries = stack.entries;
  return other;
}

const HOURLY = { expiresIn: { ...SCORES, expiresIn: "1h" }, rotation: { ...SCORES, rotation: { every: "1h" } } };

test.each(Object.entries(HOURLY))("a clock two hours ahead replaces no key by its %s", async (_what, args) => {
  const program = keys({ a: args });
  await stack.up(program);
  const [key] = liveIds(api);
  const wrong = ahead(2 * HOUR);
  expect(await wrong.preview(program)).toEqual({ a: "same" });
  await wrong.up(program);
  expect(liveIds(api)).toEqual([key]);
  expect(wrong.log).toContain("this machine's clock and the API's are 2 h apart (the API's is behind)");
});

test.each(
  Object.entries({
    ...HOURLY,
    "expiresIn with a name": { ...HOURLY.expiresIn, name: "one" },
    "rotation with a name": { ...HOURLY.rotation, name: "one" },
  }),
)(
  "where the API's clock isn't known before: refused before any write, with both clocks named (%s)",
  async (_, args) => {
    const program = keys({ a: args });
    await stack.up(program);
    const [key] = liveIds(api);
    const wrong = ahead(2 * HOUR);
    const since = api.journal().length;
    expect(await wrong.preview(program, { refresh: false })).toEqual({ a: "replace" });
    const said = await failure(wrong.up(program, { refresh: false }));
    expect(said).toContain("ZKS_CLOCK");
    expect(said).toContain("by this machine's clock (2026-11-20T14:00:00Z)");
    expect(said).toContain("by the API's (2026-11-20T12:00:00Z)");
    expect(Object.keys(counted(api, since))).toEqual(["list"]);
    expect(liveIds(api)).toEqual([key]);
  },
);

test("what the program changes is not held up by a wrong clock", async () => {
  await stack.up(keys({ a: { ...HOURLY.expiresIn, description: "one" } }));
  const [key] = liveIds(api);
  const wrong = ahead(2 * HOUR);
  await wrong.up(keys({ a: { ...HOURLY.expiresIn, description: "two" } }), { refresh: false });
  expect(liveIds(api)).not.toContain(key);
});

test("a key that the API itself calls expired is replaced, whatever this machine's clock says", async () => {
  const program = keys({ a: HOURLY.expiresIn });
  await stack.up(program);
  const [key] = liveIds(api);
  api.advance(2 * HOUR);
  await ahead(-3 * HOUR).up(program);
  expect(liveIds(api)).toHaveLength(1);
  expect(liveIds(api)).not.toContain(key);
});

test("once both clocks agree, the key is replaced", async () => {
  const program = keys({ a: HOURLY.rotation });
  await stack.up(program);
  const [key] = liveIds(api);
  api.advance(2 * HOUR);
  await stack.up(program);
  expect(liveIds(api)).not.toContain(key);
});
