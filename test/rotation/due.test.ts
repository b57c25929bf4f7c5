import { beforeEach, describe, expect, test } from "vitest";
import { rotationDue } from "../../provider/domain/rotation.ts";
import { api, freshAccount, stack } from "../support/fixture.ts";
import type { Fields } from "../support/host/handlers.ts";
import { counted, DAY, failure, HOUR, keys, SCORES, simStack, works } from "../support/host/world.ts";
import { liveIds } from "../support/world.ts";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

beforeEach(() => freshAccount());

const rotating = (rotation: Fields, more: Fields = {}) => keys({ a: { ...SCORES, ...more, rotation } });

test("a key is due once `every` has passed, not a second before, and once however long nobody looked", async () => {
  const program = rotating({ every: "30d" });
  await stack.up(program);
  const first = stack.key("a")?.id;
  api.advance(30 * DAY - 1000);
  expect(await stack.preview(program)).toEqual({ a: "same" });
  api.advance(1000);
  expect(await stack.preview(program)).toEqual({ a: "replace" });
  expect(stack.log).toContain("will be replaced: its rotation is due");
  api.advance(500 * DAY);
  const since = api.journal().length;
  await stack.up(program);
  expect(counted(api, since)).toMatchObject({ create: 1, revoke: 1 });
  expect(stack.key("a")?.id).not.toBe(first);
  expect(await stack.preview(program)).toEqual({ a: "same" });
});

test("the window spreads a fleet over itself, by the key alone", () => {
  const born = "2026-01-01T00:00:00Z";
  const rotation = { every: "30d", window: "10d" };
  const due = Array.from(
    { length: 1000 },
    (_, n) => rotationDue({ keyId: `key_${n}`, createdAt: born }, rotation) ?? 0,
  );
  const [earliest, latest] = [Date.parse(born) + 20 * DAY, Date.parse(born) + 30 * DAY];
  expect(Math.min(...due)).toBeGreaterThan(earliest);
  expect(Math.max(...due)).toBeLessThanOrEqual(latest);
  const days = Array.from(
    { length: 10 },
    (_, day) => due.filter((at) => Math.floor((at - earliest) / DAY) === day).length,
  );
  expect(days.every((count) => count > 60 && count < 140)).toBe(true);
  expect(rotationDue({ keyId: "key_7", createdAt: born }, rotation)).toBe(due[7]);
});

describe("a trigger", () => {
  const steps = async (before: Fields, after: Fields) => {
    const own = simStack({ api });
    await own.up(rotating(before));
    return own.preview(rotating(after));
  };

  test("rotates when it changes", async () => {
    expect(await steps({ trigger: 1 }, { trigger: 2 })).toEqual({ a: "replace" });
    expect(await steps({ trigger: { b: [1], a: null } }, { trigger: { a: null, b: [2] } })).toEqual({ a: "replace" });
  });

  test("doesn't rotate when it is added, removed, or written in another order", async () => {
    expect(await steps({ every: "9d" }, { every: "9d", trigger: 1 })).toEqual({ a: "update" });
    expect(await steps({ every: "9d", trigger: 1 }, { every: "9d" })).toEqual({ a: "update" });
    expect(await steps({ trigger: { b: [1], a: null } }, { trigger: { a: null, b: [1] } })).toEqual({ a: "same" });
  });

  test("shows as a replacement while it isn't known, whole or in a part", async () => {
    expect(await steps({ trigger: 1 }, { trigger: UNKNOWN })).toEqual({ a: "replace" });
    expect(await steps({ trigger: ["a", 1] }, { trigger: ["a", UNKNOWN] })).toEqual({ a: "replace" });
  });

  test("leaves only a hash in the state", async () => {
    await stack.up(rotating({ trigger: "canary-of-a-trigger", compromised: "canary-of-an-incident" }));
    expect(JSON.stringify(stack.entries)).toContain("sha256:");
    expect(JSON.stringify(stack.entries)).not.toContain("canary-of");
  });
});

test("a key that expired, or was revoked by hand, is replaced by the next up", async () => {
  const program = keys({ a: { ...SCORES, expiresIn: "5d" }, b: SCORES });
  await stack.up(program);
  const [a, b] = [stack.key("a")?.id, stack.key("b")?.id];
  api.advance(5 * DAY);
  api.revoke(b ?? "");
  await stack.up(program);
  expect([stack.key("a")?.id, stack.key("b")?.id]).not.toContain(a);
  expect(stack.key("b")?.id).not.toBe(b);
  expect(liveIds(api)).toHaveLength(2);
  for (const name of ["a", "b"]) expect(await works(api, stack.output(name, "apiKey"))).toBe(true);
});

test("a suspended key isn't given back its access by a rotation that comes due, until someone lifts that", async () => {
  const program = rotating({ every: "30d" });
  await stack.up(program);
  const key = stack.id("a");
  api.setInactive(key, true);
  api.advance(30 * DAY);
  expect(await stack.preview(program)).toEqual({ a: "same" });
  await stack.up(program);
  expect(stack.log).toContain(`key ${key} is inactive: someone suspended it; the provider leaves that as it is`);
  expect(stack.key("a")?.id).toBe(key);
  expect(await works(api, stack.output("a", "apiKey"))).toBe(false);
  api.setInactive(key, false);
  expect(await stack.preview(program)).toEqual({ a: "replace" });
});

test.each<[string, Fields, RegExp]>([
  ["a window as long as every", { rotation: { every: "3d", window: "72h" } }, /rotation\.window: /],
  ["an overlap as long as every", { rotation: { every: "3d", overlap: "3d" } }, /rotation\.overlap: /],
  [
    "an end before rotation plus overlap",
    { expiresIn: "31d", rotation: { every: "30d", overlap: "2d" } },
    /expiresIn: /,
  ],
  [
    "an instant before rotation plus overlap",
    { expiry: "2026-12-01T00:00:00Z", rotation: { every: "30d" } },
    /expiry: /,
  ],
  [
    "an overlap with an explicit name",
    { name: "fixed", rotation: { overlap: "1h" } },
    /rotation\.overlap: .*namePrefix/,
  ],
])("%s is refused before any request", async (_what, more, says) => {
  const said = await failure(stack.up(keys({ a: { ...SCORES, ...more } })));
  expect(said).toMatch(says);
  expect(counted(api)).toEqual({});
});

test("with an explicit name the old key goes first, and the ledger of before still ends", async () => {
  const named = (description: string) => keys({ a: { ...SCORES, name: "fixed", description } });
  await stack.up(rotating({ overlap: "7d" }));
  await stack.up(rotating({ overlap: "7d" }, { description: "x" }));
  await stack.up(named("x"));
  await stack.up(named("y"));
  expect(await stack.preview(named("y"))).toEqual({ a: "same" });
  api.advance(7 * DAY + HOUR);
  await stack.up(named("y"));
  expect(liveIds(api)).toEqual([stack.key("a")?.id]);
});
