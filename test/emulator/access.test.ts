import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { afterEach, expect, test } from "vitest";
import { type Emulator, type EmulatorOptions, startEmulator } from "../../emulator/index.ts";
import { ask } from "../support/emulator.ts";

/** What an issued key can do: exactly what it was given, from where, how fast and until when; and every use is counted. */
const KEYS = "/developer/keys";
let emulator: Emulator;
afterEach(() => emulator.close());

const start = async (options: EmulatorOptions = {}): Promise<void> => {
  emulator = await startEmulator(options);
};
const management = (): string => emulator.accounts[0]?.token ?? "";
const issue = async (body: object): Promise<{ apiKey: string; keyId: string }> => {
  const answer = await ask(emulator.url + KEYS, management(), "POST", { name: `k${emulator.keys().length}`, ...body });
  expect(answer.status, answer.text).toBe(201);
  return Object(answer.json);
};
const status = async (
  secret: string,
  method: string,
  path: string,
  headers?: Record<string, string>,
): Promise<number> =>
  (await emulator.use(secret, { method, path, ...(headers === undefined ? {} : { headers }) })).status;
const all = [{ resource: "all", actions: ["all"] }];

test("resource and action decide, and `all` stands for each", async () => {
  await start();
  const { apiKey } = await issue({
    permissions: [
      { resource: "scores", actions: ["read"] },
      { resource: "trust", actions: ["all"] },
    ],
  });
  const tried: Record<string, number> = {};
  for (const resource of ["identity", "scores", "achievements", "trading", "trust", "attestations"]) {
    for (const method of ["GET", "POST", "DELETE"]) {
      tried[`${method} ${resource}`] = await status(apiKey, method, `/${resource}/alice.zks`);
    }
  }
  const allowed = Object.keys(tried).filter((request) => tried[request] === 200);
  expect(allowed).toEqual(["GET scores", "GET trust", "POST trust", "DELETE trust"]);
  expect(Object.values(tried).filter((code) => code === 403)).toHaveLength(14);
  const { apiKey: any } = await issue({ permissions: all });
  expect(await status(any, "DELETE", "/identity/bob.zks")).toBe(200);
});

test("restrictions on identity and chain decide; an empty list allows nothing", async () => {
  await start();
  const restricted = (restrictions: object) =>
    issue({ permissions: [{ resource: "scores", actions: ["read"], restrictions }] });
  const { apiKey } = await restricted({ identities: ["alice.zks"], chains: ["1", "998899"] });
  expect(await status(apiKey, "GET", "/scores/alice.zks")).toBe(200);
  expect(await status(apiKey, "GET", "/scores/alice.zks?chain=1")).toBe(200);
  expect(await status(apiKey, "GET", "/scores/alice.zks?chain=2")).toBe(403);
  expect(await status(apiKey, "GET", "/scores/bob.zks")).toBe(403);
  for (const nothing of [{ identities: [] }, { chains: [] }, { ipWhitelist: [] }]) {
    expect(await status((await restricted(nothing)).apiKey, "GET", "/scores/alice.zks")).toBe(403);
  }
});

test("the whitelist decides, in both families; a forwarded address counts only where the proxy is trusted", async () => {
  await start({ trustProxy: true });
  const restrictions = { ipWhitelist: ["10.1.0.0/16", "2001:db8::/32", "192.0.2.7"] };
  const { apiKey } = await issue({ permissions: [{ resource: "scores", actions: ["read"], restrictions }] });
  const from = (address: string) => status(apiKey, "GET", "/scores/alice.zks", { "X-Forwarded-For": address });
  for (const address of ["10.1.255.1", "2001:db8:1::1", "192.0.2.7", "::ffff:10.1.0.1", "10.1.0.1, 127.0.0.1"]) {
    expect(await from(address), address).toBe(200);
  }
  for (const address of ["10.2.0.1", "2001:db9::1", "192.0.2.8", "nonsense"])
    expect(await from(address), address).toBe(403);
  emulator.setMode({ trustProxy: false });
  expect(await from("10.1.255.1")).toBe(403);
});

test("an expired, a revoked and an inactive key open nothing, with the documented codes", async () => {
  await start({ clock: "2026-01-01T00:00:00Z" });
  const error = async (secret: string) => Object((await emulator.use(secret)).body).error;
  const expiring = await issue({ permissions: all, expiry: "2026-01-02T00:00:00Z" });
  const revoked = await issue({ permissions: all });
  const inactive = await issue({ permissions: all });
  expect([await error(expiring.apiKey), await error(revoked.apiKey)]).toEqual([undefined, undefined]);
  emulator.advance(86_400_000);
  emulator.revoke(revoked.keyId);
  emulator.setInactive(inactive.keyId, true);
  expect(await error(expiring.apiKey)).toBe("API_KEY_EXPIRED");
  expect(await error(revoked.apiKey)).toBe("INVALID_API_KEY");
  expect(await error(inactive.apiKey)).toBe("INVALID_API_KEY");
  expect(emulator.keys().map((key) => key.status)).toEqual(["expired", "revoked", "inactive"]);
});

test("limits a minute, an hour, a day and at once hold, say when to come back, and end with their window", async () => {
  await start({ clock: "2026-01-01T10:20:30Z" });
  for (const [limit, seconds] of [
    ["requestsPerMinute", 30],
    ["requestsPerHour", 39 * 60 + 30],
    ["requestsPerDay", 13 * 3600 + 39 * 60 + 30],
    ["burstLimit", 1],
  ] as const) {
    emulator.setNow("2026-01-01T10:20:30Z");
    const { apiKey } = await issue({ permissions: all, rateLimit: { [limit]: 2 } });
    const answers = [await emulator.use(apiKey), await emulator.use(apiKey), await emulator.use(apiKey)];
    expect(
      answers.map((answer) => answer.status),
      limit,
    ).toEqual([200, 200, 429]);
    expect(answers[2]?.headers["retry-after"], limit).toBe(String(seconds));
    emulator.advance(seconds * 1000 - 1);
    if (limit !== "burstLimit") expect((await emulator.use(apiKey)).status, limit).toBe(429);
    emulator.advance(1);
    expect((await emulator.use(apiKey)).status, limit).toBe(200);
  }
});

test("uses are counted by key, endpoint, day and status, in the list as in the report", async () => {
  await start({ clock: "2026-01-01T10:00:00Z" }); // a Thursday
  const { apiKey, keyId } = await issue({ permissions: [{ resource: "scores", actions: ["read"] }] });
  const other = await issue({ permissions: all });
  for (let day = 0; day < 5; day++) {
    for (let n = 0; n <= day; n++) await emulator.use(apiKey);
    await emulator.use(apiKey, { path: "/trust/alice.zks" }); // refused
    emulator.advance(86_400_000);
  }
  await emulator.use(other.apiKey);
  const list = Object((await ask(emulator.url + KEYS, management())).json);
  expect(list.keys[1]).toMatchObject({ lastUsed: "2026-01-05T10:00:00.000Z" });
  expect(list.keys[1].usage).toEqual({
    totalRequests: 20,
    requestsToday: 0,
    requestsThisWeek: 6, // Monday the 5th
    requestsThisMonth: 20,
    averageRequestsPerDay: 4,
    peakRequestsPerHour: 6,
    lastRequestAt: "2026-01-05T10:00:00.000Z",
  });
  expect(list.summary).toMatchObject({ totalRequests: 21, requestsToday: 1, averageRequestsPerKey: 10.5 });
  const report = async (query: string) =>
    Object((await ask(`${emulator.url}/developer/usage?${query}`, management())).json);
  const whole = await report(`keyId=${keyId}&from=2025-12-01T00:00:00Z`);
  expect(whole.usage).toMatchObject({ totalRequests: 20, successfulRequests: 15, failedRequests: 5, successRate: 75 });
  expect(whole.timeSeries.map((point: { requests: number }) => point.requests)).toEqual([2, 3, 4, 5, 6]);
  expect(whole.breakdown.byEndpoint).toMatchObject([
    { endpoint: "/scores/:identity", requests: 15 },
    { endpoint: "/trust/:identity", requests: 5 },
  ]);
  expect(whole.errors).toMatchObject({ totalErrors: 5, byStatusCode: [{ statusCode: 403, count: 5 }] });
  expect((await report(`keyId=${keyId}&from=2026-01-02T00:00:00Z&to=2026-01-03T00:00:00Z`)).usage.totalRequests).toBe(
    3,
  );
  expect((await report("limit=2")).usage.totalRequests).toBe(21);
  expect((await report("")).breakdown.byKey).toHaveLength(2);
});

test("a key reads its own usage, and that is a use", async () => {
  await start();
  const { apiKey, keyId } = await issue({ permissions: all });
  const other = await issue({ permissions: all });
  expect(await status(apiKey, "GET", `/developer/usage?keyId=${keyId}`)).toBe(200);
  expect(await status(apiKey, "GET", `/developer/usage?keyId=${other.keyId}`)).toBe(403);
  expect(emulator.keys().map((key) => key.totalRequests)).toEqual([2, 0]);
});

test("an issued key manages keys only where the deployment says so, and only one that may do everything", async () => {
  await start();
  const master = await issue({ permissions: all });
  const weak = await issue({ permissions: [{ resource: "all", actions: ["read"] }] });
  const manage = async (secret: string) => (await ask(emulator.url + KEYS, secret)).status;
  expect([await manage(master.apiKey), await manage(weak.apiKey)]).toEqual([403, 403]);
  emulator.setMode({ issuedKeysManage: true });
  expect([await manage(master.apiKey), await manage(weak.apiKey)]).toEqual([200, 403]);
});

test("webhooks get signed events on loopback, and nowhere else", async () => {
  await start({ clock: "2026-01-01T00:00:00Z" });
  const received: { signature: string; body: string }[] = [];
  const receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += String(chunk);
    });
    request.on("end", () => {
      received.push({ signature: String(request.headers["x-zkscore-signature"]), body });
      response.end();
    });
  });
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
  const address = receiver.address();
  const port = typeof address === "object" ? address?.port : 0;
  const webhooks = [
    { url: `http://127.0.0.1:${port}/hook`, events: ["score.updated"], secret: "shared" },
    { url: "http://192.0.2.1/hook", events: ["score.updated"], secret: "shared" },
    { url: `http://127.0.0.1:${port}/other`, events: ["identity.minted"] },
  ];
  const { keyId } = await issue({ permissions: all, webhooks });
  const deliveries = await emulator.event({ type: "score.updated", data: { score: 7 } });
  receiver.close();
  expect(deliveries).toMatchObject([
    { keyId, status: 200 },
    { keyId, failure: "not loopback" },
  ]);
  expect(received).toHaveLength(1);
  const [{ signature, body } = { signature: "", body: "" }] = received;
  expect(signature).toBe(`sha256=${createHmac("sha256", "shared").update(body).digest("hex")}`);
  expect(JSON.parse(body)).toEqual({
    id: expect.stringMatching(/^evt_/),
    type: "score.updated",
    created: "2026-01-01T00:00:00.000Z",
    data: { score: 7 },
  });
  const list = Object((await ask(emulator.url + KEYS, management())).json);
  expect(list.keys[0].webhooks).toMatchObject([
    { status: "active", deliveryCount: 1, failureCount: 0, lastDelivery: "2026-01-01T00:00:00.000Z" },
    { status: "failing", deliveryCount: 1, failureCount: 1 },
    { status: "active", deliveryCount: 0, lastDelivery: null },
  ]);
  expect(JSON.stringify(list)).not.toContain("shared");
});
