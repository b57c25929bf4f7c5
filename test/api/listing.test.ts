import { describe, expect, it } from "vitest";
import type { WireKey } from "../../provider/domain/wire.ts";
import { key, page, TIMESTAMP } from "../support/api/bodies.ts";
import { failureOf, testClient } from "../support/api/client.ts";
import { httpServer, type Received, type Reply } from "../support/network/rawServer.ts";

const many = (count: number, prefix = "key_") => Array.from({ length: count }, (_, i) => key(`${prefix}${i}`));

async function listed(answer: (request: Received, n: number) => Reply) {
  const server = await httpServer(answer);
  const client = testClient(server.url, { deadlineMs: 20_000 });
  try {
    const outcome = await client.list("fresh").then(
      (listing) => ({ listing }),
      async () => ({ error: await failureOf(client.list("fresh")) }),
    );
    return { ...outcome, requests: server.received.map(({ url }) => url) };
  } finally {
    await client.close();
    await server.close();
  }
}

/** A page written by hand. */
function raw(keys: WireKey[], pagination: object): Reply {
  const whole = { total: keys.length, limit: 100, offset: 0, hasMore: false, ...pagination };
  return { body: { success: true, keys, pagination: whole, timestamp: TIMESTAMP } };
}

describe("a whole account is listed, whatever the page size", () => {
  it.each([
    [0, 100, 1],
    [1, 100, 1],
    [100, 100, 1],
    [101, 100, 2],
    [250, 100, 3],
    [250, 7, 36],
  ])("%i keys, at most %i a page: %i requests", async (count, cap, requests) => {
    const got = await listed(({ url }) => ({ body: page(many(count), url, cap) }));
    if (!("listing" in got)) return expect.fail("failed");
    expect([...got.listing.keys.keys()]).toEqual(many(count).map(({ id }) => id));
    expect(got.listing.complete).toBe(true);
    expect(got.listing.serverTime).toBe(Date.parse(TIMESTAMP));
    expect(got.requests).toHaveLength(requests);
    expect(got.requests[0]).toBe("/v1/developer/keys?limit=100&offset=0");
  });

  const limits = (requests: readonly string[]) =>
    requests.map((url) => url.replace(/^.*limit=/, "").replace("&offset=", " at "));

  it("a deployment that gives more a page is asked for more, once the first page came full", async () => {
    const server = await httpServer(({ url }) => ({ body: page(many(1_150), url, 1_000) }));
    const client = testClient(server.url, { deadlineMs: 20_000 });
    expect((await client.list("fresh")).keys.size).toBe(1_150);
    expect(limits(server.received.map(({ url }) => url))).toEqual([
      "100 at 0",
      "500 at 100",
      "500 at 600",
      "500 at 1100",
    ]);
    expect((await client.list("fresh")).complete).toBe(true);
    expect(server.received).toHaveLength(4 + 3); // it is known by now
    await client.close();
    await server.close();
  });

  it.each<[string, (url: string) => Reply]>([
    ["refuses it", () => ({ status: 400, body: { success: false, error: { code: "INVALID", message: "limit" } } })],
    ["answers with more than a body may hold", () => ({ body: `"${"x".repeat(11 * 1024 * 1024)}"` })],
  ])("one that %s is asked for 100 at a time, and never again for more", async (_what, refusal) => {
    const server = await httpServer(({ url }) =>
      url.includes("limit=500") ? refusal(url) : { body: page(many(350), url, 1_000) },
    );
    const client = testClient(server.url, { deadlineMs: 20_000 });
    expect((await client.list("fresh")).keys.size).toBe(350);
    expect((await client.list("fresh")).complete).toBe(true);
    const asked = limits(server.received.map(({ url }) => url));
    // A page that can't be read may be asked for again.
    expect([...new Set(asked.filter((one) => one.startsWith("500")))]).toEqual(["500 at 100"]);
    expect(asked.filter((one) => one.startsWith("100"))).toHaveLength(8);
    await client.close();
    await server.close();
  });

  it("no status is filtered out", async () => {
    const keys = ["active", "inactive", "expired", "revoked", "something-new"].map((status) => key(status, { status }));
    const got = await listed(({ url }) => ({ body: page(keys, url) }));
    expect("listing" in got && got.listing.keys.size).toBe(5);
  });

  it("the clock is the last page's", async () => {
    const got = await listed(({ url }, n) => ({
      body: { ...page(many(150), url), timestamp: `2026-11-20T12:00:0${n}Z` },
    }));
    expect("listing" in got && got.listing.serverTime).toBe(Date.parse("2026-11-20T12:00:01Z"));
  });
});

describe("a listing that can't be trusted is never answered", () => {
  it.each<[string, (request: Received, n: number) => Reply, string]>([
    [
      "page 2 answers 401",
      ({ url }) => (url.includes("offset=0") ? { body: page(many(150), url) } : { status: 401, body: "" }),
      "ZKS_UNAUTHORIZED",
    ],
    [
      "page 2 answers 500",
      ({ url }) => (url.includes("offset=0") ? { body: page(many(150), url) } : { status: 500, body: "" }),
      "ZKS_SERVER",
    ],
    [
      "page 2 is HTML",
      ({ url }) => (url.includes("offset=0") ? { body: page(many(150), url) } : { body: "<html>" }),
      "ZKS_MALFORMED",
    ],
    [
      "page 2 is truncated",
      ({ url }) => (url.includes("offset=0") ? { body: page(many(150), url) } : { body: '{"success":true,"keys":[' }),
      "ZKS_MALFORMED",
    ],
    ["an empty page promises more", () => raw([], { total: 5, hasMore: true }), "ZKS_LISTING"],
    ["the offset is ignored", () => raw(many(100), { total: 200, hasMore: true }), "ZKS_LISTING"],
    [
      "the offset is echoed, the page is not another one",
      ({ url }) => raw(many(100), { total: 900, hasMore: true, offset: Number(/offset=(\d+)/.exec(url)?.[1]) }),
      "ZKS_LISTING",
    ],
    ["a key without an id", () => raw([{ ...key("a"), id: "" }], {}), "ZKS_MALFORMED"],
    ["a negative total", () => raw([], { total: -1 }), "ZKS_MALFORMED"],
    ["no pagination", () => ({ body: { success: true, keys: [], timestamp: TIMESTAMP } }), "ZKS_MALFORMED"],
    ["no clock", () => ({ body: { ...page([], "/"), timestamp: "yesterday" } }), "ZKS_MALFORMED"],
    ["a 204", () => ({ status: 204 }), "ZKS_MALFORMED"],
  ])("%s", async (_, answer, code) => {
    const got = await listed(answer);
    if (!("error" in got)) return expect.fail("was answered");
    expect(got.error?.code).toBe(code);
  });

  it("pages without end stop at the deadline", async () => {
    const server = await httpServer(({ url }) => {
      const offset = Number(/offset=(\d+)/.exec(url)?.[1]);
      return raw([key(`k${offset}`)], { total: 1e9, limit: 1, offset, hasMore: true });
    });
    const { systemClock } = await import("../../provider/domain/clock.ts");
    const client = testClient(server.url, { clock: systemClock(), deadlineMs: 300 });
    const started = performance.now();
    const error = await failureOf(client.list("fresh"));
    expect(["ZKS_DEADLINE", "ZKS_LISTING"]).toContain(error.code);
    expect(performance.now() - started).toBeLessThan(2_000);
    await client.close();
    await server.close();
  });
});

describe("a listing that contradicts itself is asked again once, then answered as incomplete", () => {
  const twoPages =
    (first: WireKey[], second: WireKey[], totals: [number, number]) =>
    ({ url }: Received) =>
      url.includes("offset=0")
        ? raw(first, { total: totals[0], hasMore: true })
        : raw(second, { total: totals[1], offset: first.length });

  it.each<[string, (request: Received, n: number) => Reply, number]>([
    ["the total changes", twoPages(many(2), many(2, "b"), [4, 5]), 4],
    ["an id comes twice", twoPages(many(2), [key("key_1"), key("z")], [4, 4]), 4],
    ["an id comes twice on one page", () => raw([key("a"), key("a")], { total: 2 }), 2],
    ["fewer than the total", () => raw([key("a")], { total: 2 }), 2],
    ["more than the total", () => raw(many(3), { total: 2 }), 2],
    ["the last page only repeats", twoPages(many(2), [key("key_1")], [3, 3]), 4],
    ["an empty list says there are keys (stale, truncated)", () => raw([], { total: 7 }), 2],
  ])("%s", async (_, answer, requests) => {
    const got = await listed(answer);
    if (!("listing" in got)) return expect.fail("failed");
    expect(got.listing.complete).toBe(false);
    expect(got.requests).toHaveLength(requests);
  });

  it("a key made while the pages were read: the second try is complete", async () => {
    const got = await listed(({ url }, n) => ({ body: page(many(n === 0 ? 150 : 151), url) }));
    if (!("listing" in got)) return expect.fail("failed");
    expect(got.listing.complete).toBe(true);
    expect(got.listing.keys.size).toBe(151);
    expect(got.requests).toHaveLength(4);
  });
});
