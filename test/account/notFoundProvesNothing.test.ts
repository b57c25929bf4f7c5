import { beforeEach, describe, expect, test } from "vitest";
import { api, freshAccount, stack } from "../support/fixture.ts";
import { DAY, failure, keys, SCORES, workLeft, works } from "../support/host/world.ts";
import { liveIds } from "../support/world.ts";

const program = (trigger: number, more: object = {}) =>
  keys({ a: { ...SCORES, rotation: { overlap: "2d", trigger, ...more } } });

beforeEach(() => freshAccount());

describe("a 404 for a key that is still listed as live is no revocation", () => {
  /** Id of a key in use that was rotated away, and that the API then doesn't find once. */
  async function rotatedAndNotFound(): Promise<string> {
    await stack.up(program(1));
    const old = stack.id("a");
    expect(await works(api, stack.output("a", "apiKey"))).toBe(true);
    await stack.up(program(2));
    api.faults.add({ operation: "revoke", kind: "status", status: 404, keyId: old });
    return old;
  }

  const notRevoked = (old: string) => new RegExp(`${old} .*could not be revoked[\\s\\S]*still lists it as live`);

  test("where an overlap is over: the key stays in the ledger, and the next up ends it", async () => {
    const old = await rotatedAndNotFound();
    api.advance(2 * DAY);
    expect(await failure(stack.up(program(2)))).toMatch(notRevoked(old));
    expect(stack.output("a", "previous")).toContainEqual(expect.objectContaining({ keyId: old }));
    expect(liveIds(api).toSorted()).toEqual([old, stack.id("a")].toSorted());
    await stack.up(program(2));
    expect(liveIds(api)).toEqual([stack.id("a")]);
    expect(await stack.preview(program(2))).toEqual({ a: "same" });
  });

  test("where its successor is declared compromised: the incident isn't over, and the next up ends it", async () => {
    const old = await rotatedAndNotFound();
    const incident = program(2, { compromised: "now" });
    expect(await failure(stack.up(incident))).toMatch(notRevoked(old));
    expect([stack.key("a")?.failed, workLeft(stack.key("a"))]).toEqual([true, "purge"]);
    expect(stack.output("a", "previous")).toContainEqual(expect.objectContaining({ keyId: old }));
    await stack.up(incident);
    expect(liveIds(api)).toEqual([stack.id("a")]);
    expect(await stack.preview(incident)).toEqual({ a: "same" });
  });

  test("where its resource is removed: the key stays in the state, and the next destroy ends it", async () => {
    await stack.up(program(1));
    const key = stack.id("a");
    api.faults.add({ operation: "revoke", kind: "status", status: 404, keyId: key });
    expect(await failure(stack.destroy())).toMatch(notRevoked(key));
    expect(stack.id("a")).toBe(key);
    await stack.destroy();
    expect(liveIds(api)).toEqual([]);
  });
});

describe("a key that two listings don't show", () => {
  const both = keys({ ...program(1).keys, b: SCORES });
  beforeEach(async () => {
    await stack.up(keys({ b: SCORES }));
    await stack.up(both);
    api.faults.add({ operation: "list", kind: "staleList", writes: 1, times: 2 });
  });

  test.each([429, 500, 503])("isn't gone where the API answers %i when its secret is tried", async (status) => {
    const key = stack.id("a");
    api.faults.add({ operation: "usage", kind: "status", status, times: 9 });
    expect(await failure(stack.up(both))).toContain(`HTTP ${status}`);
    expect(stack.key("a")).toMatchObject({ id: key, outputs: { status: "active" } });
    api.faults.clear();
    expect(await stack.preview(both)).toEqual({ a: "same", b: "same" });
    expect(liveIds(api)).toContain(key);
  });

  test.each([200, 403])("isn't gone where the API knows its secret (%i)", async (status) => {
    const key = stack.id("a");
    if (status !== 200) api.faults.add({ operation: "usage", kind: "status", status });
    expect(await failure(stack.up(both))).toContain(`key ${key} isn't in the account's listing, and its secret`);
    expect(await stack.preview(both)).toEqual({ a: "same", b: "same" });
  });

  test.each([401, 404])("is gone where the API answers %i when its secret is tried", async (status) => {
    api.faults.add({ operation: "usage", kind: "status", status });
    await stack.refresh();
    expect(stack.output("a", "status")).toBe("missing");
  });
});
