import { beforeEach, describe, expect, test } from "vitest";
import { asFirstRelease } from "../support/firstRelease.ts";
import { api, freshAccount, stack } from "../support/fixture.ts";
import type { Fields } from "../support/host/handlers.ts";
import { counted, DAY, keys, SCORES, works } from "../support/host/world.ts";
import { liveIds } from "../support/world.ts";

const FULL: Fields = {
  permissions: [{ resource: "trust", actions: ["write", "read"] }, ...(SCORES["permissions"] as unknown[])],
  description: "short",
  rateLimit: { requestsPerMinute: 60 },
  webhooks: [{ url: "https://b.example.com", events: ["score.updated"], secret: "s" }],
  metadata: { team: "core" },
  expiresIn: "90d",
  rotation: { every: "30d", overlap: "2d" },
};

beforeEach(async () => {
  await freshAccount({ updates: "patch" }, { ZKSCORE_UPDATES: "patch" });
  await stack.up(keys({ a: FULL }));
  await stack.refresh();
});

const outputs = () => stack.key("a")?.outputs ?? {};
const confirmed = (): string[] => Object.values(JSON.parse(String(outputs()["internal"])).c);

/** Compact, versioned, salted: and none of the fields of 0.1.0 beside it. */
function expectRewritten(): void {
  expect(Object.keys(outputs())).not.toEqual(expect.arrayContaining(["confirmed"]));
  expect(confirmed().length).toBeGreaterThan(5);
  expect(confirmed().filter((digest) => !/^s[0-9a-f]{16}$/.test(digest))).toEqual([]);
}

describe("a state of 0.1.0", () => {
  test("is rewritten by a refresh; nothing is changed by it, in preview or on the account", async () => {
    await asFirstRelease(stack, api);
    expect(outputs()).toHaveProperty("confirmed");
    expect(await stack.preview(keys({ a: FULL }))).toEqual({ a: "same" });
    expect(await stack.preview(keys({ a: FULL }), { refresh: false })).toEqual({ a: "same" });
    const since = api.journal().length;
    await stack.refresh();
    expectRewritten();
    const salt = JSON.parse(String(outputs()["internal"])).s;
    await stack.up(keys({ a: FULL }));
    expect(JSON.parse(String(outputs()["internal"])).s, "one salt a key, kept").toBe(salt);
    expect(Object.keys(counted(api, since))).toEqual(["list"]);
  });

  test.each([
    ["that sends a request", { ...FULL, description: "other" }],
    ["that sends none", { ...FULL, deletionPolicy: "prevent" }],
  ])("is rewritten by an update %s, without a refresh", async (_what, changed) => {
    await asFirstRelease(stack, api);
    const before = stack.key("a")?.id;
    await stack.up(keys({ a: changed }), { refresh: false });
    expect(stack.key("a")?.id).toBe(before);
    expect(outputs()).not.toHaveProperty("confirmed");
    await stack.refresh();
    expectRewritten();
    expect(await stack.preview(keys({ a: changed }))).toEqual({ a: "same" });
  });

  test("shows drift by its unsalted digests, and is salted once that is repaired", async () => {
    await asFirstRelease(stack, api);
    api.edit(stack.id("a"), { description: "someone else's" });
    await stack.refresh();
    await stack.refresh();
    expect(outputs()["drift"]).toEqual({ description: "someone else's" });
    expect(
      confirmed().filter((digest) => !digest.startsWith("s")),
      "its base line is known no other way",
    ).toHaveLength(1);
    expect(await stack.preview(keys({ a: FULL }))).toEqual({ a: "update" });
    await stack.up(keys({ a: FULL }));
    await stack.refresh();
    expectRewritten();
    expect(await stack.preview(keys({ a: FULL }))).toEqual({ a: "same" });
  });

  test("in the middle of a rotation ends the old key at its instant, and rotates again", async () => {
    const first = stack.id("a");
    api.advance(31 * DAY);
    await stack.up(keys({ a: FULL }));
    expect(liveIds(api)).toHaveLength(2);
    await asFirstRelease(stack, api);
    await stack.up(keys({ a: FULL }));
    expect(liveIds(api)).toContain(first);
    api.advance(2 * DAY + 1000);
    await stack.up(keys({ a: FULL }));
    expect(liveIds(api)).toEqual([stack.key("a")?.id]);
    await asFirstRelease(stack, api);
    api.advance(31 * DAY);
    await stack.up(keys({ a: FULL }));
    expect(liveIds(api)).toHaveLength(2);
    expect(await works(api, outputs()["apiKey"])).toBe(true);
    await stack.destroy();
    expect(liveIds(api)).toEqual([]);
  });

  test("with its replaced key pending for deletion: the old key goes in the next up", async () => {
    const bare = { ...FULL, rotation: {} };
    await stack.up(keys({ a: bare }));
    const first = stack.id("a");
    const changed = { ...bare, expiresIn: "91d" };
    await expect(stack.up(keys({ a: changed }), { brokenDependents: ["a"] })).rejects.toThrow("a dependent");
    await asFirstRelease(stack, api);
    await stack.up(keys({ a: changed }));
    expect(liveIds(api)).toEqual([stack.key("a")?.id]);
    expect(stack.key("a")?.id).not.toBe(first);
  });
});
