import { expect, test } from "vitest";
import type { EmulatorOptions } from "../../emulator/index.ts";
import { ask, type Raw } from "../support/emulator.ts";
import { api as emulator, freshAccount } from "../support/fixture.ts";

/** The documented failures, in the three documented envelopes; ceilings and quotas of the plan. */
const KEYS = "/developer/keys";
const NOW = "2026-03-04T22:00:00.000Z";
const good = { name: "a", permissions: [{ resource: "scores", actions: ["read"] }] };

const start = (options: EmulatorOptions = {}) => freshAccount({ clock: NOW, ...options });
const token = (): string => emulator.accounts[0]?.token ?? "";
const create = (body: unknown, headers?: Record<string, string>): Promise<Raw> =>
  ask(emulator.url + KEYS, token(), "POST", body, headers);
const permission = (change: object) => ({
  ...good,
  permissions: [{ resource: "scores", actions: ["read"], ...change }],
});
const hook = (change: object) => ({
  ...good,
  webhooks: [{ url: "https://example.com", events: ["score.updated"], ...change }],
});

/** Title of the failure as the reference names it, and bodies that deserve it. */
const REFUSED: Record<string, unknown[]> = {
  "Invalid permissions": [
    { name: "a" },
    { ...good, permissions: [] },
    { ...good, permissions: "all" },
    permission({ resource: "everything" }),
    permission({ resource: "SCORES" }),
    permission({ actions: [] }),
    permission({ actions: ["admin"] }),
    permission({ actions: "read" }),
    permission({ scope: "x" }),
    permission({ restrictions: { countries: ["CH"] } }),
    permission({ restrictions: { ipWhitelist: ["10.0.0.0/33"] } }),
    permission({ restrictions: { ipWhitelist: ["example.com"] } }),
    permission({ restrictions: { identities: "alice.zks" } }),
  ],
  "Rate limit too high": [
    { ...good, rateLimit: { requestsPerMinute: 61 } },
    { ...good, rateLimit: { requestsPerHour: 1_001 } },
    { ...good, rateLimit: { requestsPerDay: 10_001 } },
  ],
  "Invalid webhook URL": [
    hook({ url: "not a url" }),
    hook({ url: "ftp://example.com" }),
    hook({ url: "https://user:pass@example.com" }),
    hook({ url: 7 }),
    hook({ url: "https://[7]/" }),
    hook({ url: "https://example.com:70000/" }),
  ],
  "Invalid parameters": [
    undefined,
    "{",
    "[]",
    '"text"',
    { permissions: good.permissions },
    { ...good, name: "" },
    { ...good, name: " " },
    { ...good, name: 7 },
    { ...good, rateLimit: { requestsPerMinute: 0 } },
    { ...good, rateLimit: { requestsPerMinute: 1.5 } },
    { ...good, rateLimit: { requestsPerMinute: "60" } },
    { ...good, expiry: "tomorrow" },
    { ...good, expiry: "2026-12-31" },
    { ...good, metadata: [] },
    { ...good, colour: "red" },
    hook({ events: [] }),
  ],
};

test("each documented 400 names its cause, and creates nothing", async () => {
  await start({ accounts: [{ plan: "free" }] });
  let refused = 0;
  for (const [title, bodies] of Object.entries(REFUSED)) {
    for (const body of bodies) {
      const { status, json } = await create(body);
      expect({ status, json }, JSON.stringify(body)).toEqual({
        status: 400,
        json: {
          success: false,
          error: "INVALID_PARAMETERS",
          message: expect.stringContaining(`${title}: `),
          timestamp: NOW,
        },
      });
      refused += 1;
    }
  }
  expect(refused).toBeGreaterThanOrEqual(35);
  expect((await create(good, { "Content-Type": "text/plain" })).status).toBe(400);
  expect(emulator.keys()).toEqual([]);
  const atTheCeiling = { requestsPerMinute: 60, requestsPerHour: 1_000, requestsPerDay: 10_000, burstLimit: 10 };
  expect((await create({ ...good, rateLimit: atTheCeiling })).status).toBe(201);
});

test("an event nobody documented is accepted: the set is open", async () => {
  await start();
  expect((await create(hook({ events: ["something.new"] }))).status).toBe(201);
});

test("the three error envelopes carry the same failure", async () => {
  await start({ accounts: [{ token: "t", plan: "free", limits: { keysPerDay: 1 } }] });
  const message = "API key already exists: another live key of this account has this name";
  await create(good);
  expect((await create(good)).json).toEqual({ success: false, error: "CONFLICT", message, timestamp: NOW });
  emulator.setMode({ errorShape: "sdk" });
  const details = { field: "name" };
  expect((await create(good)).json).toEqual({ code: "CONFLICT", message, details, statusCode: 409, timestamp: NOW });
  emulator.setMode({ errorShape: "zks" });
  expect((await create(good)).json).toEqual({ success: false, error: "ZKS-001-005", message, timestamp: NOW });
  const codeOf = async (bearer: string, path: string) => Object((await ask(emulator.url + path, bearer)).json).error;
  expect(await codeOf("zk_prod_unknown", KEYS)).toBe("ZKS-002-001");
  expect(Object((await create({ ...good, name: "b" })).json).error).toBe("ZKS-003-002");
});

test("the day's creation quota ends creates until UTC midnight, revoked keys count, other accounts don't", async () => {
  await start({
    accounts: [
      { token: "first", plan: "free" },
      { token: "second", plan: "starter" },
    ],
  });
  for (let n = 0; n < 5; n++) expect((await create({ ...good, name: `k${n}` })).status).toBe(201);
  emulator.revoke(emulator.keys()[0]?.id ?? "");
  const refused = await create({ ...good, name: "k5" });
  expect([refused.status, Object(refused.json).error, refused.headers["retry-after"]]).toEqual([
    429,
    "ZKS-003-002",
    ["7200"],
  ]);
  expect((await create({ ...good, name: "k1" })).status).toBe(409); // assumed: the name is looked at first
  emulator.setMode({ quotaBeforeName: true });
  expect((await create({ ...good, name: "k1" })).status).toBe(429);
  expect((await ask(emulator.url + KEYS, "second", "POST", good)).status).toBe(201);
  emulator.advance(7_200_000 - 1);
  expect((await create({ ...good, name: "k5" })).status).toBe(429);
  emulator.advance(1);
  expect((await create({ ...good, name: "k5" })).status).toBe(201);
});

test("a name is free again once its key is revoked, not when it merely expired; each account has its own names", async () => {
  await start({ accounts: [{ token: "first" }, { token: "second" }] });
  await create({ ...good, expiry: "2026-03-05T00:00:00Z" });
  expect((await ask(emulator.url + KEYS, "second", "POST", good)).status).toBe(201);
  emulator.setNow("2026-03-06T00:00:00Z");
  expect((await create(good)).status).toBe(409);
  const id = emulator.keys()[0]?.id;
  expect((await ask(`${emulator.url}${KEYS}/${id}`, "second", "DELETE")).status).toBe(404);
  expect((await ask(`${emulator.url}${KEYS}/${id}`, "first", "DELETE")).status).toBe(200);
  expect((await ask(`${emulator.url}${KEYS}/${id}`, "first", "DELETE")).status).toBe(404);
  expect((await create(good)).status).toBe(201);
});

test("the management token's own limit is told in headers and ends with the minute", async () => {
  await start({ accounts: [{ token: "first", requestsPerMinute: 2 }] });
  const seen: unknown[] = [];
  for (let n = 0; n < 3; n++) {
    const { status, headers } = await ask(emulator.url + KEYS, "first");
    seen.push([status, headers["x-ratelimit-remaining"]?.[0], headers["retry-after"]?.[0]]);
  }
  expect(seen).toEqual([
    [200, "1", undefined],
    [200, "0", undefined],
    [429, "0", "60"],
  ]);
  emulator.advance(60_000);
  expect((await ask(emulator.url + KEYS, "first")).status).toBe(200);
});

test("an unreachable webhook is refused where the deployment checks, on loopback only", async () => {
  await start({ checkWebhooks: true });
  const port = Number(new URL(emulator.origin).port);
  expect((await create(hook({ url: "http://127.0.0.1:1/" }))).text).toContain(
    "Invalid webhook URL: webhooks[0].url is unreachable",
  );
  expect((await create(hook({ url: "https://192.0.2.1/" }))).status).toBe(201);
  expect((await create({ ...hook({ url: `http://127.0.0.1:${port}/` }), name: "b" })).status).toBe(201);
});

test("a path the API has answers other methods with 405 and the methods it has; a path it hasn't, with 404", async () => {
  await start({ updates: "patch" });
  const asked: unknown[] = [];
  for (const path of [KEYS, `${KEYS}/key_unknown`, "/developer/usage", "/scores/alice.zks", "/developer", "/nowhere"]) {
    const { status, headers } = await ask(emulator.url + path, token(), "TRACE");
    asked.push([path, status, headers["allow"]?.[0]]);
  }
  expect(asked).toEqual([
    [KEYS, 405, "POST, GET"],
    [`${KEYS}/key_unknown`, 405, "DELETE, PATCH"],
    ["/developer/usage", 405, "GET"],
    ["/scores/alice.zks", 405, "GET, POST, PUT, PATCH, DELETE"],
    ["/developer", 404, undefined],
    ["/nowhere", 404, undefined],
  ]);
  emulator.setMode({ updates: 405 });
  const { headers } = await ask(`${emulator.url}${KEYS}/key_unknown`, token(), "PUT");
  expect(headers["allow"]).toEqual(["DELETE"]);
});

test("what no page refuses is accepted: an expiry that has passed, a span that is empty, an offset past the end", async () => {
  await start();
  expect((await create({ ...good, expiry: NOW })).status).toBe(201);
  expect(emulator.keys()).toMatchObject([{ status: "expired" }]);
  const usage = `${emulator.url}/developer/usage`;
  const empty = await ask(`${usage}?from=2026-03-05T00:00:00Z&to=2026-03-04T00:00:00Z`, token());
  expect([empty.status, Object(empty.json).usage.totalRequests]).toEqual([200, 0]);
  const beyond = await ask(`${emulator.url}${KEYS}?limit=500&offset=${Number.MAX_SAFE_INTEGER}`, token());
  expect(Object(beyond.json)).toMatchObject({ keys: [], pagination: { limit: 100, hasMore: false } });
  for (const query of ["to=0.5", "from=2026", "from=2026-03-04", "offset=9007199254740992", "limit=0"])
    expect((await ask(`${usage}?${query}`, token())).status, query).toBe(400);
});

test("a deployment without update says so in one of three ways and changes nothing", async () => {
  for (const updates of [404, 405, 501] as const) {
    await start({ updates });
    await create(good);
    const id = emulator.keys()[0]?.id;
    expect((await ask(`${emulator.url}${KEYS}/${id}`, token(), "PATCH", { name: "b" })).status).toBe(updates);
    expect(emulator.keys()).toMatchObject([{ name: "a" }]);
  }
});
