import { beforeEach, describe, expect, test } from "vitest";
import { api, freshAccount, stack } from "../support/fixture.ts";
import { DAY, HOUR, SCORES, touched, works } from "../support/host/world.ts";
import type { Program } from "../support/model/engine.ts";
import { liveIds } from "../support/world.ts";

const ARGS = { ...SCORES, rotation: { every: "30d", overlap: "2d" } };

beforeEach(() => freshAccount());

const before: Program = { keys: { a: ARGS } };
const renamed: Program = { keys: { b: ARGS }, aliases: { b: "a" } };

describe.each([true, false])("with refresh: %s", (refresh) => {
  test("a key renamed by an alias stays, and its next rotation finds it and keeps the overlap", async () => {
    await stack.up(before);
    const key = stack.id("a");
    expect(await stack.preview(renamed, { refresh })).not.toHaveProperty("b", "replace");
    await stack.up(renamed, { refresh });
    expect(stack.key("b")?.id).toBe(key);
    expect(touched(api)).toEqual([]);
    expect(await stack.preview(renamed, { refresh })).toEqual({ b: "same" });
    api.advance(30 * DAY);
    await stack.up(renamed, { refresh });
    expect(liveIds(api).sort()).toEqual([key, stack.key("b")?.id].sort());
    api.advance(2 * DAY);
    await stack.up(renamed, { refresh });
    expect(liveIds(api)).toEqual([stack.key("b")?.id]);
  });

  test.each([
    ["the new one first, in the same run", ["a", "b"], false],
    ["the new one last, in the same run", ["b", "a"], false],
    ["the new one first, a run later", ["a", "b"], true],
    ["the new one last, a run later", ["b", "a"], true],
  ])("a new key under the old name never takes or ends the renamed one: %s", async (_how, order, later) => {
    await stack.up(before);
    const key = stack.id("a");
    const secret = stack.output("a", "apiKey");
    if (later) await stack.up(renamed, { refresh });
    const args: Record<string, typeof ARGS> = { a: ARGS, b: { ...ARGS, rotation: { every: "300d", overlap: "2d" } } };
    const both: Program = { keys: Object.fromEntries(order.map((name) => [name, args[name] ?? ARGS])) };
    if (!later) {
      // The engine matches the alias before it creates anything of that name.
      const entry = stack.key("a");
      if (entry !== undefined) entry.name = "b";
    }
    await stack.up(both, { refresh });
    expect(stack.key("b")?.id).toBe(key);
    expect(stack.key("a")?.id).not.toBe(key);
    // Not so where the new key is made before the engine has said, in this run, who has the renamed one. The engine itself
    // gives the old name's state to whoever is declared under it first.
    if (later || order[0] === "b") expect(stack.output("a", "previous")).toEqual([]);
    for (const hours of [1, 49, 24 * 31, 49]) {
      api.advance(hours * HOUR);
      await stack.up(both, { refresh });
      expect(await works(api, secret)).toBe(true);
      expect(stack.key("b")?.id).toBe(key);
    }
    expect(await stack.preview(both, { refresh })).toEqual({ a: "same", b: "same" });
  });

  test.each(["retain", "prevent"])(
    "the renamed key keeps its %s when it is removed beside a new key of the old name",
    async (deletionPolicy) => {
      const args = { ...SCORES, deletionPolicy };
      await stack.up({ keys: { a: args } });
      const secret = stack.output("a", "apiKey");
      await stack.up({ keys: { b: args }, aliases: { b: "a" } }, { refresh });
      await stack.up({ keys: { b: args, a: SCORES } }, { refresh });
      await stack.up({ keys: { a: SCORES } }, { refresh }).catch(() => undefined);
      expect(await works(api, secret)).toBe(true);
    },
  );

  test("a key moved into a component, killed before its next rotation was recorded, still finds its predecessor", async () => {
    const parents = { a: "my:Component" };
    await stack.up(before);
    const key = stack.id("a");
    await stack.up({ keys: { a: ARGS }, parents }, { refresh });
    api.advance(30 * DAY);
    await stack.up({ keys: { a: ARGS }, parents }, { refresh });
    expect(liveIds(api)).toHaveLength(2);
    api.advance(2 * DAY);
    await stack.up({ keys: { a: ARGS }, parents }, { refresh });
    expect(liveIds(api)).toEqual([stack.key("a")?.id]);
    expect(stack.key("a")?.id).not.toBe(key);
  });
});
