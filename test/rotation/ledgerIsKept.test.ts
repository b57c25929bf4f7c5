import { beforeEach, describe, expect, test } from "vitest";
import { api, freshAccount, stack } from "../support/fixture.ts";
import { DAY, failure, keys, SCORES, works } from "../support/host/world.ts";
import { liveIds } from "../support/world.ts";

const rotated = (trigger: number) => ({ ...SCORES, rotation: { overlap: "2d", trigger } });
const NAMED = { ...SCORES, name: "prod-app" };

beforeEach(() => freshAccount());

test("a listing that lags by one write never cuts an overlap", async () => {
  await stack.up(keys({ a: rotated(1) }));
  const first = stack.id("a");
  await stack.up(keys({ a: rotated(2) }));
  const second = stack.id("a");
  expect(await works(api, stack.output("a", "apiKey"))).toBe(true);
  // The run's second listing comes with the delete of the second key, and doesn't show the third yet, which retires it.
  api.faults.add({ operation: "list", kind: "staleList", writes: 1, nth: 2 });
  await stack.up(keys({ a: rotated(3) }));
  expect(api.faults.list()[0]?.hits).toBe(1);
  expect(stack.output("a", "previous")).toEqual([
    { keyId: second, revokeAfter: "2026-11-22T12:00:00Z" },
    { keyId: first, revokeAfter: "2026-11-22T12:00:00Z" },
  ]);
  expect(liveIds(api).toSorted()).toEqual([first, second, stack.id("a")].toSorted());
});

describe("a key in its overlap whose holder gives way to one with an explicit name, so that the old one goes first,", () => {
  let retired: string;
  beforeEach(async () => {
    await stack.up(keys({ a: rotated(1), b: SCORES }));
    retired = stack.id("a");
    expect(await works(api, stack.output("a", "apiKey"))).toBe(true);
    await stack.up(keys({ a: rotated(2), b: SCORES }));
  });

  const named = keys({ a: NAMED, b: SCORES });

  /** The holder is deleted, and its successor can't be made. */
  async function cutOff(): Promise<void> {
    const holder = stack.id("a");
    api.faults.add({ operation: "create", kind: "status", status: 400 });
    await failure(stack.up(named));
    expect(liveIds(api)).not.toContain(holder);
    expect(liveIds(api)).toContain(retired);
  }

  test("keeps its instant", async () => {
    await stack.up(named);
    expect(stack.output("a", "previous")).toEqual([{ keyId: retired, revokeAfter: "2026-11-22T12:00:00Z" }]);
    expect(liveIds(api)).toContain(retired);
    expect(await stack.preview(named)).toEqual({ a: "same", b: "same" });
  });

  test("keeps it through a --replace, too, which nothing announces", async () => {
    await stack.up(named);
    await stack.up(named, { replace: ["a"] });
    expect(stack.output("a", "previous")).toEqual([{ keyId: retired, revokeAfter: "2026-11-22T12:00:00Z" }]);
    expect(liveIds(api).toSorted()).toEqual([retired, stack.id("a"), stack.id("b")].toSorted());
    api.advance(2 * DAY);
    await stack.up(named);
    expect(liveIds(api).toSorted()).toEqual([stack.id("a"), stack.id("b")].toSorted());
  });

  test("keeps it where the successor can only be made by the next up", async () => {
    await cutOff();
    await stack.up(named);
    expect(stack.output("a", "previous")).toEqual([{ keyId: retired, revokeAfter: "2026-11-22T12:00:00Z" }]);
    expect(liveIds(api)).toContain(retired);
  });

  test("is ended by the create of the successor where its instant comes before that", async () => {
    await cutOff();
    api.advance(3 * DAY);
    await stack.up(named);
    expect(stack.output("a", "previous")).toEqual([]);
    expect(liveIds(api).toSorted()).toEqual([stack.id("a"), stack.id("b")].toSorted());
    expect(await stack.preview(named)).toEqual({ a: "same", b: "same" });
  });

  test("stays in the ledger of a successor that couldn't end it, and the next up ends it", async () => {
    await cutOff();
    api.advance(3 * DAY);
    api.faults.add({ operation: "revoke", kind: "status", status: 400, keyId: retired });
    await failure(stack.up(named));
    expect(stack.key("a")).toMatchObject({ failed: true, outputs: { previous: [{ keyId: retired }] } });
    await stack.up(named);
    expect(liveIds(api).toSorted()).toEqual([stack.id("a"), stack.id("b")].toSorted());
    expect(await stack.preview(named)).toEqual({ a: "same", b: "same" });
  });

  test("is named by every refreshed up after one in which the resource was removed instead", async () => {
    await cutOff();
    const without = keys({ b: SCORES });
    await stack.up(without);
    for (const _run of [1, 2]) {
      await stack.up(without);
      expect(stack.log).toMatch(new RegExp(`in use, with this stack's mark.*key ${retired} .*zkscore-keys reconcile`));
      expect(liveIds(api)).toContain(retired);
    }
  });
});
