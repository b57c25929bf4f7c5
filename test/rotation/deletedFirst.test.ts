import { beforeEach, describe, expect, test } from "vitest";
import { api, freshAccount, stack } from "../support/fixture.ts";
import type { Fields } from "../support/host/handlers.ts";
import { DAY, failure, keys, SCORES, workLeft, works } from "../support/host/world.ts";
import { liveIds } from "../support/world.ts";

// `user` depends on `base`, whose explicit name makes the engine delete it before its replacement, and `user` before it.

const program = (description: string, more: Fields) =>
  keys({ base: { ...SCORES, name: "prod-app", description }, user: { ...SCORES, ...more } });
const OVERLAP = { rotation: { overlap: "2d" } };

beforeEach(() => freshAccount());

describe("a key that is deleted first because of what it depends on", () => {
  test.each([
    ["description isn't", ["description"]],
    ["description and rotation aren't", ["description", "rotation"]],
  ])("keeps its overlap, where its %s known yet", async (_how, inputs) => {
    await stack.up(program("1", OVERLAP));
    const old = stack.id("user");
    const secret = stack.output("user", "apiKey");
    await stack.up(program("2", OVERLAP), { deletedFirst: { user: inputs } });
    expect(stack.output("user", "previous")).toEqual([{ keyId: old, revokeAfter: "2026-11-22T12:00:00Z" }]);
    expect(liveIds(api).toSorted()).toEqual([old, stack.id("user"), stack.id("base")].toSorted());
    expect(await stack.preview(program("2", OVERLAP))).toEqual({ base: "same", user: "same" });
    expect(await works(api, secret)).toBe(true);
    api.advance(2 * DAY);
    await stack.up(program("2", OVERLAP));
    expect(liveIds(api).toSorted()).toEqual([stack.id("user"), stack.id("base")].toSorted());
  });

  test("ends in the create of its successor where the program has taken its overlap away meanwhile", async () => {
    await stack.up(program("1", OVERLAP));
    await stack.up(program("2", {}), { deletedFirst: { user: ["description", "rotation"] } });
    expect(stack.output("user", "previous")).toEqual([]);
    expect(liveIds(api).toSorted()).toEqual([stack.id("user"), stack.id("base")].toSorted());
    expect(await stack.preview(program("2", {}))).toEqual({ base: "same", user: "same" });
  });

  test("keeps its overlap where its successor can only be made by the next up", async () => {
    await stack.up(program("1", OVERLAP));
    const old = stack.id("user");
    api.faults.add({ operation: "create", kind: "status", status: 400, nth: 2 });
    await failure(stack.up(program("2", OVERLAP), { deletedFirst: { user: ["description"] } }));
    expect(liveIds(api).toSorted()).toEqual([old, stack.id("base")].toSorted());
    await stack.up(program("2", OVERLAP));
    expect(stack.output("user", "previous")).toEqual([{ keyId: old, revokeAfter: "2026-11-22T12:00:00Z" }]);
    expect(liveIds(api).toSorted()).toEqual([old, stack.id("user"), stack.id("base")].toSorted());
  });

  test.each(["prevent", "retain"])("goes under %s, too, which governs removal, not replacement", async (policy) => {
    const more = { deletionPolicy: policy };
    await stack.up(program("1", more));
    await stack.up(program("2", more), { deletedFirst: { user: ["description"] } });
    expect(liveIds(api).toSorted()).toEqual([stack.id("user"), stack.id("base")].toSorted());
    expect(await stack.preview(program("2", more))).toEqual({ base: "same", user: "same" });
  });

  test("has no overlap where an incident of this key isn't over, even if its successor can't be made", async () => {
    const incident = { rotation: { overlap: "2d", compromised: "now" } };
    await stack.up(program("1", OVERLAP));
    const first = stack.id("user");
    api.faults.add({ operation: "revoke", kind: "status", status: 500, keyId: first, every: 1 });
    await failure(stack.up(program("1", incident)));
    api.faults.clear();
    const second = stack.id("user");
    expect(workLeft(stack.key("user"))).toBe("purge");
    api.faults.add({ operation: "create", kind: "status", status: 400, nth: 2 });
    await failure(stack.up(program("2", incident), { deletedFirst: { user: ["description"] } }));
    expect(liveIds(api)).not.toContain(second);
    await stack.up(program("2", incident));
    expect(liveIds(api).toSorted()).toEqual([stack.id("user"), stack.id("base")].toSorted());
    expect(await stack.preview(program("2", incident))).toEqual({ base: "same", user: "same" });
  });
});
