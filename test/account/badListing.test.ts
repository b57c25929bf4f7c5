import { beforeEach, describe, expect, test } from "vitest";
import { api, freshAccount, stack } from "../support/fixture.ts";
import { BAD_LISTINGS, type BadListing } from "../support/host/listings.ts";
import { counted, DAY, failure, keys, SCORES, simStack, works } from "../support/host/world.ts";
import type { SimStack } from "../support/model/engine.ts";
import { inWhole } from "../support/share.ts";
import { liveIds } from "../support/world.ts";

const OVERLAP = { ...SCORES, rotation: { overlap: "7d" } };
const PROGRAM = keys({ a: OVERLAP, b: SCORES });
// `c` comes last: without a refresh the diffs of the others are what tells its create about the account.
const CHANGED = keys({ a: { ...OVERLAP, description: "changed" }, b: SCORES, c: SCORES });

// Two keys a page: the account's list has a second one.
beforeEach(() => freshAccount({ maxPageSize: 2 }));

/** A stack with two keys, one in use, and a third that lives out its overlap. */
async function grown(host: "inProcess" | "process"): Promise<SimStack> {
  await stack.up(PROGRAM);
  await works(api, stack.output("a", "apiKey"));
  await stack.up(keys({ a: { ...OVERLAP, permissions: [{ resource: "scores", actions: ["write"] }] }, b: SCORES }));
  await stack.up(PROGRAM);
  expect(liveIds(api)).toHaveLength(4);
  if (host === "inProcess") return stack;
  const other = simStack({ api, host });
  other.entries = stack.entries;
  return other;
}

const OPERATIONS: Record<string, (stack: SimStack) => Promise<void>> = {
  refresh: (stack) => stack.refresh(),
  up: (stack) => stack.up(CHANGED),
  "up without a refresh": (stack) => stack.up(CHANGED, { refresh: false }),
  destroy: (stack) => stack.destroy(),
  "destroy without a refresh": (stack) => stack.destroy(false),
};

async function nothingHappens(bad: BadListing, stack: SimStack, operation: (stack: SimStack) => Promise<void>) {
  const before = { entries: stack.snapshot(), live: liveIds(api) };
  for (const fault of bad.faults(api)) api.faults.add(fault);
  const since = api.journal().length;
  const said = await failure(operation(stack));
  expect(said).toMatch(bad.says);
  expect(api.faults.list().every((fault) => fault.hits > 0)).toBe(true);
  const { create = 0, revoke = 0, update = 0, list = 0 } = counted(api, since);
  expect({ create, revoke, update }).toEqual({ create: 0, revoke: 0, update: 0 });
  expect(list).toBeGreaterThan(0);
  expect(liveIds(api)).toEqual(before.live);
  expect(stack.entries.map(({ id }) => id)).toEqual(before.entries.map(({ id }) => id));
  expect(stack.entries.map(({ outputs }) => outputs["apiKey"])).toEqual(
    before.entries.map(({ outputs }) => outputs["apiKey"]),
  );
  api.faults.clear();
}

describe.each(BAD_LISTINGS)("a listing that answers with $name loses, creates and revokes nothing", (bad) => {
  test.each(Object.entries(OPERATIONS))("in %s", async (_name, operation) => {
    const stack = await grown("inProcess");
    await nothingHappens(bad, stack, operation);
    await stack.up(PROGRAM);
    expect(await stack.preview(PROGRAM)).toEqual({ a: "same", b: "same" });
    expect(await works(api, stack.output("a", "apiKey"))).toBe(true);
  });

  test.runIf(bad === BAD_LISTINGS[0] || inWhole(`${bad.name}, in the real host process`))(
    "in the real host process",
    async () => {
      await nothingHappens(bad, await grown("process"), (stack) => stack.refresh());
    },
  );
});

test("control: with the true listing the same refresh, up and destroy do what they should", async () => {
  const stack = await grown("inProcess");
  const since = api.journal().length;
  await stack.refresh();
  await stack.up(CHANGED);
  expect(counted(api, since)).toMatchObject({ create: 2 });
  await stack.destroy();
  expect(liveIds(api)).toEqual([]);
});

test("a listing that is behind for a moment costs one more request", async () => {
  const stack = await grown("inProcess");
  api.faults.add({ operation: "list", kind: "staleList", writes: 50, times: 1 });
  await stack.refresh();
  expect(stack.entries.every(({ outputs }) => outputs["status"] !== "missing")).toBe(true);
});

test("a listing that lags behind for good can't turn a living key into a missing one", async () => {
  const stack = await grown("inProcess");
  await stack.up(keys({ a: OVERLAP, b: SCORES, d: SCORES }));
  const d = stack.id("d");
  api.faults.add({ operation: "list", kind: "staleList", writes: 1, every: 1 });
  const since = api.journal().length;
  expect(await failure(stack.up(keys({ a: OVERLAP, b: SCORES, d: SCORES })))).toMatch(
    /still works|isn't in the account/,
  );
  expect(counted(api, since)).not.toHaveProperty("create");
  api.faults.clear();
  await stack.up(keys({ a: OVERLAP, b: SCORES, d: SCORES }));
  expect(stack.key("d")?.id).toBe(d);
});

test("a destroy against a listing that lags behind leaves no key alive", async () => {
  const stack = await grown("inProcess");
  await stack.up(keys({ a: OVERLAP, b: SCORES, d: SCORES }));
  api.faults.add({ operation: "list", kind: "staleList", writes: 1, every: 1 });
  await stack.destroy(false).catch(() => undefined);
  api.faults.clear();
  if (stack.entries.length > 0) await stack.destroy();
  expect(liveIds(api)).toEqual([]);
});

test("a key that is really gone is missing after a refresh, and replaced by the next up", async () => {
  api.setMode({ deleteForgets: true });
  const stack = await grown("inProcess");
  const gone = stack.id("b");
  api.revoke(gone);
  await stack.refresh();
  expect(stack.output("b", "status")).toBe("missing");
  api.advance(DAY);
  await stack.up(PROGRAM);
  expect(stack.key("b")?.id).not.toBe(gone);
  expect(await works(api, stack.output("b", "apiKey"))).toBe(true);
});
