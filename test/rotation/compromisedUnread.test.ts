import { beforeEach, expect, test } from "vitest";
import { api, freshAccount, stack } from "../support/fixture.ts";
import { counted, failure, keys, SCORES, touched, workLeft, works } from "../support/host/world.ts";
import { liveIds } from "../support/world.ts";

// `compromised` in an `up` that hasn't read the state: it can't tell whose the other keys with the mark are.
const UNREAD = { refresh: false };

const rotation = (trigger: number, more: object = {}) => ({ ...SCORES, rotation: { overlap: "2d", trigger, ...more } });
const program = (trigger: number) => keys({ a: rotation(trigger) });
const INCIDENT = keys({ a: rotation(3, { compromised: "now" }) });

beforeEach(() => freshAccount());

const secret = (name: string) => stack.output(name, "apiKey");

/** Three generations: the last in the state, the two before in its ledger. Returns their ids, oldest first. */
async function grown(): Promise<string[]> {
  const ids: string[] = [];
  for (const trigger of [1, 2, 3]) {
    await stack.up(program(trigger));
    ids.push(stack.id("a"));
  }
  expect(liveIds(api).toSorted()).toEqual(ids.toSorted());
  return ids;
}

/** A living key of `a` that stands in no state: the state is put back to before it was made. */
async function forgotten(): Promise<string> {
  const before = stack.snapshot();
  await stack.up(keys({ a: rotation(3, { every: "9d", overlap: "1d" }) }), { replace: ["a"] });
  const made = stack.id("a");
  stack.entries = before;
  return made;
}

test("the replaced key and its ledger end at once, by their ids, before any dependent moves", async () => {
  const ids = await grown();
  const since = api.journal().length;
  await failure(stack.up(INCIDENT, { ...UNREAD, brokenDependents: ["a"] }));
  expect(touched(api, since).toSorted()).toEqual(ids.toSorted());
  await stack.up(INCIDENT, UNREAD);
  expect(counted(api, since)).toMatchObject({ create: 1, revoke: ids.length });
  expect(liveIds(api)).toEqual([stack.id("a")]);
  expect(stack.deployed.get("a")).toBe(secret("a"));
  expect(await stack.preview(INCIDENT)).toEqual({ a: "same" });
});

test("another living key with the mark is named and left, the new key works, and the next refreshed up ends it", async () => {
  const ids = await grown();
  const other = await forgotten();
  const said = await failure(stack.up(INCIDENT, UNREAD));
  expect(said).toContain("ZKS_UNFINISHED");
  expect(said).toContain(`1 more live key(s) carry its mark: ${other}`);
  expect(said).toContain("pulumi up --refresh");
  const made = stack.key("a");
  expect(made).toMatchObject({ failed: true, outputs: { previous: [] } });
  expect(workLeft(made)).toBe("purge");
  expect(ids).not.toContain(made?.id);
  expect(liveIds(api).toSorted()).toEqual([made?.id, other].toSorted());
  expect(await works(api, secret("a"))).toBe(true);

  const since = api.journal().length;
  expect(await failure(stack.up(INCIDENT, UNREAD))).toContain(other);
  expect(touched(api, since)).toEqual([]);

  await stack.up(INCIDENT);
  expect(counted(api, since)).not.toHaveProperty("create");
  expect(stack.id("a")).toBe(made?.id);
  expect(liveIds(api)).toEqual([made?.id]);
  expect(stack.deployed.get("a")).toBe(secret("a"));
  expect(await stack.preview(INCIDENT)).toEqual({ a: "same" });
});

test("a key that another resource took over by an alias carries the mark, and lives through both", async () => {
  await stack.up(program(3));
  // `a` is `b` now, and there is a new `a`.
  const moved = keys({ b: rotation(3) });
  await stack.up({ ...moved, aliases: { b: "a" } });
  await stack.up(keys({ a: rotation(3), b: rotation(3) }));
  const taken = stack.id("b");
  const incident = keys({ ...INCIDENT.keys, b: rotation(3) });

  expect(await failure(stack.up(incident, UNREAD))).toContain(taken);
  expect(await works(api, secret("b"))).toBe(true);
  await stack.up(incident);
  expect(stack.id("b")).toBe(taken);
  for (const name of ["a", "b"]) expect(await works(api, secret(name))).toBe(true);
  expect(liveIds(api)).toHaveLength(2);
  expect(await stack.preview(incident)).toEqual({ a: "same", b: "same" });
});
