import { beforeEach, describe, expect, test } from "vitest";
import { api, freshAccount, stack } from "../support/fixture.ts";
import type { Fields } from "../support/host/handlers.ts";
import { DAY, failure, HOUR, keyByHand, keys, SCORES, works } from "../support/host/world.ts";
import { liveIds } from "../support/world.ts";

beforeEach(() => freshAccount({ updates: "patch" }));

const rotated = (trigger: number, more: Fields = {}) => ({
  ...SCORES,
  rotation: { trigger, overlap: "1d" },
  deletionPolicy: "revoke",
  ...more,
});

/** `a` was rotated once: the key before it, in its overlap. */
async function predecessor(): Promise<{ keyId: string; apiKey: string }> {
  await stack.up(keys({ a: rotated(1) }));
  const { keyId, apiKey } = stack.key("a")?.outputs ?? {};
  await stack.up(keys({ a: rotated(2) }));
  return { keyId: String(keyId), apiKey: String(apiKey) };
}

describe.each(["replace", "patch"])("where updates are %s", (updates) => {
  beforeEach(() => {
    stack.env["ZKSCORE_UPDATES"] = updates;
  });

  test.each([true, false])(
    "a replaced key that is adopted back by its own resource lives (refresh %s)",
    async (refresh) => {
      for (const wait of [HOUR, 2 * DAY]) {
        const adopt = await predecessor();
        const successor = stack.output("a", "apiKey");
        api.advance(wait);
        const program = keys({ a: rotated(2, { adopt }) });
        await stack.up(program, { refresh });
        expect(stack.key("a")?.id).toBe(adopt.keyId);
        expect(await works(api, adopt.apiKey)).toBe(true);
        expect(await works(api, successor), "the replaced one has its overlap").toBe(true);
        api.advance(2 * DAY);
        await stack.up(program, { refresh });
        expect(await works(api, successor)).toBe(false);
        expect(await works(api, adopt.apiKey)).toBe(true);
        expect(await stack.preview(program)).toEqual({ a: "same" });
        await stack.destroy();
        expect(await works(api, adopt.apiKey)).toBe(false);
      }
    },
  );

  test.each([true, false])(
    "it lives, too, where a dependent fails before the other key goes (refresh %s)",
    async (refresh) => {
      const adopt = await predecessor();
      const program = keys({ a: rotated(2, { adopt }) });
      api.advance(HOUR);
      await failure(stack.up(program, { refresh, brokenDependents: ["a"] }));
      api.advance(2 * DAY);
      await stack.up(program, { refresh });
      expect(liveIds(api)).toEqual([adopt.keyId]);
      expect(await stack.preview(program)).toEqual({ a: "same" });
    },
  );

  test("an adoption is a replacement like any other: the key that goes has its overlap", async () => {
    await stack.up(keys({ a: rotated(1) }));
    const old = stack.output("a", "apiKey");
    const adopt = await keyByHand(api);
    const program = keys({ a: rotated(1, { adopt }) });
    await stack.up(program);
    expect(await works(api, old)).toBe(true);
    expect(await stack.preview(program)).toEqual({ a: "same" });
    api.advance(DAY + HOUR);
    await stack.up(program);
    expect(await works(api, old)).toBe(false);
    expect(await works(api, adopt.apiKey)).toBe(true);
  });

  test.each([true, false])(
    "a key that another resource retires isn't adopted (with its secret: %s)",
    async (secret) => {
      const made = await keyByHand(api);
      const retiring = keys({ a: rotated(1, { adopt: { keyId: made.keyId } }) });
      await stack.up(retiring);
      const adopt = secret ? made : { keyId: made.keyId };
      const program = keys({ b: rotated(1, { adopt }), ...retiring.keys });
      for (const refresh of [true, false]) {
        const said = await failure(stack.up(program, { refresh }));
        expect(said).toMatch(/can't be adopted[\s\S]*another resource of this stack retires it/);
      }
      expect(await works(api, made.apiKey)).toBe(true);
    },
  );

  test.each([true, false])("a key that another resource has isn't adopted (with its secret: %s)", async (secret) => {
    await stack.up(keys({ a: rotated(1) }));
    const { keyId, apiKey } = stack.key("a")?.outputs ?? {};
    const adopt = secret ? { keyId, apiKey } : { keyId };
    const program = keys({ b: rotated(1, { adopt }), a: rotated(1) });
    expect(await failure(stack.up(program))).toMatch(/can't be adopted[\s\S]*another resource of this stack has it/);
    expect(await failure(stack.up(program, { refresh: false }))).toMatch(/the mark of another resource of this stack/);
    expect(await works(api, apiKey)).toBe(true);
  });
});

test("the resource's own key, lost from the state and never used, is adopted without its secret and has its overlap", async () => {
  await stack.up(keys({ a: SCORES, b: SCORES }));
  const lost = stack.id("a");
  stack.entries = stack.entries.filter(({ id }) => id !== lost); // pulumi state delete
  const program = keys({ a: { ...SCORES, rotation: { overlap: "2d" }, adopt: { keyId: lost } }, b: SCORES });
  await stack.up(program);
  expect(stack.output("a", "previous")).toEqual([{ keyId: lost, revokeAfter: "2026-11-22T12:00:00Z" }]);
  expect(liveIds(api)).toContain(lost);
  expect(await stack.preview(program)).toEqual({ a: "same", b: "same" });
  api.advance(2 * DAY);
  await stack.up(program);
  expect(liveIds(api).toSorted()).toEqual(["a", "b"].map((name) => stack.key(name)?.id).toSorted());
});
