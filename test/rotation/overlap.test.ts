import { beforeEach, describe, expect, test } from "vitest";
import { api, freshAccount, stack } from "../support/fixture.ts";
import { DAY, failure, HOUR, keys, SCORES, works } from "../support/host/world.ts";
import { liveIds } from "../support/world.ts";

const program = (trigger: number, overlap = "2d") => keys({ a: { ...SCORES, rotation: { overlap, trigger } } });

beforeEach(() => freshAccount());

/** Rotates and gives the id of the key that is now retired. */
async function rotate(trigger: number, overlap?: string): Promise<string> {
  const old = stack.id("a");
  await stack.up(program(trigger, overlap));
  return old;
}

const isLive = (id: string) => liveIds(api).includes(id);

describe("a retired key", () => {
  test("lives at least its overlap and ends with the first up after it, to the second", async () => {
    await stack.up(program(1));
    const k1 = await rotate(2);
    api.advance(2 * DAY - 1000);
    expect(await stack.preview(program(2))).toEqual({ a: "same" });
    await stack.up(program(2));
    expect(isLive(k1)).toBe(true);
    api.advance(1000);
    expect(await stack.preview(program(2))).toEqual({ a: "update" });
    await stack.up(program(2));
    expect(liveIds(api)).toEqual([stack.key("a")?.id]);
    expect(stack.output("a", "previous")).toEqual([]);
    expect(await stack.preview(program(2))).toEqual({ a: "same" });
  });

  test("keeps the instant it was promised when the program's overlap changes", async () => {
    await stack.up(program(1));
    const k1 = await rotate(2);
    await stack.up(program(2, "1h"));
    api.advance(HOUR);
    await stack.up(program(2, "1h"));
    expect(isLive(k1)).toBe(true);
    api.advance(2 * DAY);
    await stack.up(program(2, "1h"));
    expect(isLive(k1)).toBe(false);
  });

  test("lives on beside a successor that is retained, and goes at once with one that is revoked", async () => {
    const kept = (trigger: number) =>
      keys({ a: { ...SCORES, deletionPolicy: "retain", rotation: { overlap: "2d", trigger } } });
    await stack.up(kept(1));
    const k1 = stack.id("a");
    await stack.up(kept(2));
    const k2 = stack.id("a");
    await stack.destroy();
    expect([k1, k2].map(isLive)).toEqual([true, true]);

    await stack.up(program(1));
    await rotate(2);
    await stack.destroy();
    expect(liveIds(api).toSorted()).toEqual([k1, k2].toSorted());
  });

  test("outlives its overlap while a dependent that failed still uses it, and goes once that has moved", async () => {
    await stack.up(program(1));
    const k1 = stack.id("a");
    await failure(stack.up(program(2), { brokenDependents: ["a"] }));
    api.advance(3 * DAY);
    await failure(stack.up(program(2), { brokenDependents: ["a"] }));
    expect(isLive(k1)).toBe(true);
    await stack.up(program(2));
    expect(stack.deployed.get("a")).toBe(stack.output("a", "apiKey"));
    expect(liveIds(api)).toEqual([stack.key("a")?.id]);
  });

  test("without an overlap outlives a dependent that failed as well", async () => {
    await stack.up(program(1, "0s"));
    const k1 = stack.id("a");
    await failure(stack.up(program(2, "0s"), { brokenDependents: ["a"] }));
    await failure(stack.up(program(2, "0s"), { brokenDependents: ["a"] }));
    expect(isLive(k1)).toBe(true);
    await stack.up(program(2, "0s"));
    expect(isLive(k1)).toBe(false);
  });

  test("is waited for by a second rotation: each with its own first instant", async () => {
    await stack.up(program(1));
    const k1 = await rotate(2);
    api.advance(DAY);
    const k2 = await rotate(3);
    expect(stack.output("a", "previous")).toEqual([
      { keyId: k2, revokeAfter: "2026-11-23T12:00:00Z" },
      { keyId: k1, revokeAfter: "2026-11-22T12:00:00Z" },
    ]);
    api.advance(DAY);
    await stack.up(program(3));
    expect([isLive(k1), isLive(k2)]).toEqual([false, true]);
    api.advance(DAY);
    await stack.up(program(3));
    expect(liveIds(api)).toEqual([stack.key("a")?.id]);
  });

  test.each(["5d", "0s"])(
    "that waits for its dependents keeps its first instant under --replace with an overlap of %s",
    async (later) => {
      await stack.up(program(1));
      const k1 = stack.id("a");
      await failure(stack.up(program(2), { brokenDependents: ["a"] }));
      const k2 = stack.id("a");
      api.advance(HOUR);
      await stack.up(program(2, later), { replace: ["a"] });
      expect(stack.output("a", "previous")).toContainEqual({ keyId: k1, revokeAfter: "2026-11-22T12:00:00Z" });
      expect([isLive(k1), isLive(k2)]).toEqual([true, later !== "0s"]);
    },
  );

  test.each(["stays in the list", "vanishes"])(
    "keeps its time when its successor is revoked by hand and %s",
    async (how) => {
      api.setMode({ deleteForgets: how === "vanishes" });
      await stack.up(program(1));
      const k1 = await rotate(2);
      const k2 = stack.id("a");
      api.advance(HOUR);
      api.revoke(k2);
      await stack.refresh();
      await stack.up(program(2));
      expect(isLive(k1)).toBe(true);
      expect(stack.output("a", "previous")).toContainEqual({ keyId: k1, revokeAfter: "2026-11-22T12:00:00Z" });
      api.advance(2 * DAY);
      await stack.up(program(2));
      expect(liveIds(api)).toEqual([stack.key("a")?.id]);
      expect(await stack.preview(program(2))).toEqual({ a: "same" });
    },
  );

  test.each(["stays in the list", "vanishes"])("that is revoked by hand and %s is no trouble", async (how) => {
    api.setMode({ deleteForgets: how === "vanishes" });
    await stack.up(program(1));
    const k1 = await rotate(2);
    api.revoke(k1);
    await stack.up(program(2));
    api.advance(2 * DAY);
    await stack.up(program(2));
    expect(stack.output("a", "previous")).toEqual([]);
    await stack.destroy();
    expect(liveIds(api)).toEqual([]);
  });

  test("is named in the preview, with the time it has, in one line", async () => {
    await stack.up(program(1));
    const k1 = await rotate(2);
    await stack.preview(program(2));
    expect(stack.log).toContain(`replaced key ${k1}, which lives until 2026-11-22T12:00:00Z (2 d from now)`);
    expect(stack.log.split("\n")).toHaveLength(1);
    api.advance(2 * DAY);
    await stack.preview(program(2));
    expect(stack.log).toContain(`replaced key ${k1}, whose overlap ended at 2026-11-22T12:00:00Z: it will be revoked`);
    await stack.up(program(2));
    expect(stack.log).not.toContain("was used in the last hour");
  });

  test("that somebody still uses is ended with a warning", async () => {
    await stack.up(program(1));
    const secret = stack.output("a", "apiKey");
    const k1 = await rotate(2);
    api.advance(2 * DAY);
    expect(await works(api, secret)).toBe(true);
    await stack.up(program(2));
    expect(stack.log).toMatch(new RegExp(`warning: a: retired key ${k1}.*was used in the last hour`));
    expect(await works(api, secret)).toBe(false);
  });

  test.each(["replaced without an overlap", "removed"])("in use warns, too, when it is %s", async (how) => {
    const plain = keys({ a: SCORES, b: SCORES });
    await stack.up(plain);
    const { keyId, apiKey } = stack.key("a")?.outputs ?? {};
    expect(await works(api, apiKey)).toBe(true);
    const changed = how === "removed" ? keys({ b: SCORES }) : keys({ a: { ...SCORES, description: "x" }, b: SCORES });
    await stack.up(changed);
    expect(stack.log).toMatch(new RegExp(`warning: a: key ${keyId}.*was used in the last hour`));
    expect(await works(api, apiKey)).toBe(false);
  });

  test("goes with its successor in destroy, and when the key is removed from the program", async () => {
    await stack.up(program(1));
    await rotate(2);
    await stack.up(keys({ b: SCORES }));
    expect(liveIds(api)).toEqual([stack.key("b")?.id]);
    await stack.up(program(3));
    await rotate(4);
    await stack.destroy();
    expect(liveIds(api)).toEqual([]);
  });
});

test("an overlap holds for every replacement, not only for a rotation", async () => {
  await stack.up(program(1));
  const k1 = stack.id("a");
  await stack.up(
    keys({ a: { permissions: [{ resource: "all", actions: ["read"] }], rotation: { overlap: "2d", trigger: 1 } } }),
  );
  expect(isLive(k1)).toBe(true);
});
