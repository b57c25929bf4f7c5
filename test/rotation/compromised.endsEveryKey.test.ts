import { beforeEach, describe, expect, test } from "vitest";
import { api, freshAccount, stack } from "../support/fixture.ts";
import { counted, DAY, failure, keys, SCORES, workLeft, works } from "../support/host/world.ts";
import { liveIds } from "../support/world.ts";

const program = (trigger: number, overlap = "2d") => keys({ a: { ...SCORES, rotation: { overlap, trigger } } });

beforeEach(() => freshAccount());

describe("compromised", () => {
  const incident = (compromised?: string) =>
    keys({
      a: { ...SCORES, rotation: { overlap: "2d", trigger: 3, ...(compromised === undefined ? {} : { compromised }) } },
      b: SCORES,
    });

  async function grown(): Promise<void> {
    for (const trigger of [1, 2, 3]) await stack.up(program(trigger));
    await stack.up(incident());
    expect(liveIds(api)).toHaveLength(4);
  }

  test("set for the first time replaces the key and ends every other of this resource at once, no other's", async () => {
    await grown();
    const b = stack.key("b")?.id;
    await stack.up(incident("2026-11-20"));
    expect(liveIds(api).sort()).toEqual([b, stack.key("a")?.id].sort());
    expect(await stack.preview(incident("2026-11-20"))).toEqual({ a: "same", b: "same" });
  });

  test("counts under --replace, too, where no diff announces it; a plain --replace keeps the overlap", async () => {
    await grown();
    await stack.up(incident(), { replace: ["a"] });
    expect(liveIds(api)).toHaveLength(5);
    await stack.up(incident("2026-11-20"), { replace: ["a"] });
    expect(liveIds(api).sort()).toEqual([stack.key("b")?.id, stack.key("a")?.id].sort());
    await stack.up(incident("2026-11-20"), { replace: ["a"] });
    expect(liveIds(api)).toHaveLength(3);
  });

  test("that can't end a key goes on, too, where the next up replaces the key once more", async () => {
    await stack.up(incident());
    const before = stack.snapshot();
    await stack.up(program(4));
    await works(api, stack.output("a", "apiKey"));
    stack.entries = before; // a restored backup: the key of after it is in use, in no state, and just as compromised
    api.faults.add({ operation: "revoke", kind: "status", status: 500, every: 1 });
    await failure(stack.up(incident("now")));
    api.faults.clear();
    const changed = incident("now");
    Object.assign(changed.keys["a"] ?? {}, { description: "changed meanwhile" });
    await stack.up(changed);
    expect(liveIds(api).sort()).toEqual([stack.key("b")?.id, stack.key("a")?.id].sort());
  });

  test("leaves a key in its overlap to the resource whose ledger holds it, though it carries this one's mark", async () => {
    const b = (trigger: number) => ({ ...SCORES, rotation: { overlap: "2d", trigger } });
    await stack.up(program(1));
    await stack.up({ ...keys({ b: b(1) }), aliases: { b: "a" } });
    const moved = stack.key("b");
    await stack.up(keys({ a: SCORES, b: b(2) }));
    const incident = keys({ a: { ...SCORES, rotation: { compromised: "now" } }, b: b(2) });
    await stack.up(incident);
    expect(await works(api, moved?.outputs["apiKey"])).toBe(true);
    expect(await stack.preview(incident)).toEqual({ a: "same", b: "same" });
    api.advance(2 * DAY);
    await stack.up(incident);
    expect(liveIds(api).toSorted()).toEqual(["a", "b"].map((name) => stack.key(name)?.id).toSorted());
  });

  test("leaves a key with this one's mark to another resource that adopts it in the same run", async () => {
    await stack.up(program(1));
    const before = stack.snapshot();
    await stack.up(program(2));
    const lost = stack.key("a");
    stack.entries = before;
    const adopt = { keyId: lost?.id, apiKey: lost?.outputs["apiKey"] };
    const incident = keys({ b: { ...SCORES, adopt }, a: { ...SCORES, rotation: { trigger: 1, compromised: "now" } } });
    expect(await works(api, adopt.apiKey)).toBe(true); // used, so no leftover
    await stack.up(incident);
    expect(stack.key("b")?.id).toBe(lost?.id);
    expect(await works(api, adopt.apiKey)).toBe(true);
    expect(await stack.preview(incident)).toEqual({ a: "same", b: "same" });
  });

  test("removed again does nothing, changed does it again", async () => {
    await grown();
    await stack.up(incident("one"));
    const first = stack.key("a")?.id;
    await stack.up(incident());
    expect(stack.key("a")?.id).toBe(first);
    await stack.up(incident("two"));
    expect(stack.key("a")?.id).not.toBe(first);
  });

  test("that can't end a key fails with the new key in the state, and the next up goes on", async () => {
    await grown();
    api.faults.add({ operation: "revoke", kind: "status", status: 500, nth: 2, times: 3 });
    await failure(stack.up(incident("now")));
    const key = stack.key("a");
    expect(key?.failed).toBe(true);
    expect(workLeft(key)).toBe("purge");
    expect(await works(api, key?.outputs["apiKey"])).toBe(true);
    api.faults.clear();
    const since = api.journal().length;
    await stack.up(incident("now"));
    expect(stack.key("a")?.id).toBe(key?.id);
    expect(counted(api, since)).not.toHaveProperty("create");
    expect(liveIds(api)).toHaveLength(2);
    expect(await stack.preview(incident("now"))).toEqual({ a: "same", b: "same" });
  });
});
