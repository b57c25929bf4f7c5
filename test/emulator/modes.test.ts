import { beforeEach, expect, test } from "vitest";
import { startEmulator } from "../../emulator/index.ts";
import { ask } from "../support/emulator.ts";
import { api as emulator, freshAccount } from "../support/fixture.ts";

/** The list, and what a real server may do differently without breaking the contract. */
const KEYS = "/developer/keys";
const NOW = "2026-03-04T05:06:07.000Z";
beforeEach(() =>
  freshAccount({ clock: NOW, accounts: [{ token: "t", plan: "starter", limits: { keysPerDay: 500 } }] }),
);

const create = async (body: object) => {
  const answer = await ask(emulator.url + KEYS, "t", "POST", {
    name: "a",
    permissions: [{ resource: "scores", actions: ["read"] }],
    ...body,
  });
  expect(answer.status, answer.text).toBe(201);
  return Object(answer.json);
};
const list = async (query = "") => Object((await ask(emulator.url + KEYS + query, "t")).json);
const names = (page: { keys: { name: string }[] }) => page.keys.map((key) => key.name);

test("pages walk every key once, newest first; 20 by default, 100 at most", async () => {
  for (let n = 0; n < 105; n++) await create({ name: `k${n}` });
  const first = await list();
  expect(first.pagination).toEqual({ total: 105, limit: 20, offset: 0, hasMore: true });
  expect(names(first).slice(0, 2)).toEqual(["k104", "k103"]);
  const big = await list("?limit=1000");
  expect(big.pagination).toEqual({ total: 105, limit: 100, offset: 0, hasMore: true });
  const rest = await list("?limit=100&offset=100");
  expect(rest.pagination.hasMore).toBe(false);
  expect(new Set([...names(big), ...names(rest)]).size).toBe(105);
  expect((await list("?offset=999")).keys).toEqual([]);
  emulator.setMode({ maxPageSize: 7 });
  expect((await list("?limit=100")).pagination).toEqual({ total: 105, limit: 7, offset: 0, hasMore: true });
});

test("a revoked key stays in the list, or vanishes where the deployment forgets; the filter and the counts follow", async () => {
  for (const name of ["live", "dead", "late", "off"]) {
    await create({ name, ...(name === "late" ? { expiry: "2026-03-05T00:00:00Z" } : {}) });
  }
  const idOf = (name: string) => emulator.keys().find((key) => key.name === name)?.id ?? "";
  emulator.revoke(idOf("dead"));
  emulator.setInactive(idOf("off"), true);
  emulator.setNow("2026-03-06T00:00:00Z");
  for (const [status, name] of [
    ["active", "live"],
    ["revoked", "dead"],
    ["expired", "late"],
    ["inactive", "off"],
  ]) {
    const page = await list(`?status=${status}`);
    expect([names(page), page.pagination.total]).toEqual([[name], 1]);
  }
  const counts = { totalKeys: 4, activeKeys: 1, inactiveKeys: 1, expiredKeys: 1, revokedKeys: 1 };
  expect((await list()).summary).toMatchObject(counts);
  emulator.setMode({ deleteForgets: true });
  const forgetful = await list();
  expect([names(forgetful), forgetful.pagination.total]).toEqual([["off", "late", "live"], 3]);
});

test("accounts don't see each other's keys", async () => {
  const two = await startEmulator({ accounts: [{ token: "first" }, { token: "second" }] });
  try {
    const body = { name: "a", permissions: [{ resource: "scores", actions: ["read"] }] };
    const made = Object((await ask(two.url + KEYS, "first", "POST", body)).json);
    expect(Object((await ask(two.url + KEYS, "second")).json).pagination.total).toBe(0);
    expect((await ask(`${two.url}/developer/usage?keyId=${made.keyId}`, "second")).status).toBe(404);
    expect(two.keys(0)).toHaveLength(1);
    expect(two.keys(1)).toHaveLength(0);
  } finally {
    await two.close();
  }
});

test("a normalising server shows the same key in other words", async () => {
  const body = {
    name: " padded ",
    description: " text ",
    permissions: [
      {
        resource: "scores",
        actions: ["read", "write"],
        restrictions: { ipWhitelist: ["10.1.2.3/16", "2001:DB8:0:0::1", "192.0.2.7"] },
      },
      { resource: "trust", actions: ["read"] },
    ],
    expiry: "2026-12-31T23:59:59+01:00",
    rateLimit: { requestsPerMinute: 5 },
  };
  const plain = await create(body);
  expect(plain.key).toMatchObject(body);
  emulator.setMode({ normalise: true });
  const [key] = (await list()).keys;
  expect(key).toMatchObject({
    name: "padded",
    description: "text",
    permissions: [
      { resource: "TRUST", actions: ["READ"], restrictions: null },
      {
        resource: "SCORES",
        actions: ["WRITE", "READ"],
        restrictions: { ipWhitelist: ["10.1.0.0/16", "2001:db8::1/128", "192.0.2.7/32"] },
      },
    ],
    expiry: "2026-12-31T22:59:59.000Z",
    createdAt: NOW,
    rateLimit: { requestsPerMinute: 5, requestsPerHour: 60_000, requestsPerDay: 100_000, burstLimit: 100 },
    tier: "standard",
  });
  expect(emulator.keys()[0]).toMatchObject({ name: " padded ", permissions: body.permissions }); // only answers differ
});

test("metadata comes back as sent, reordered, capped, cut, or not at all; the operator always sees it whole", async () => {
  const metadata = { one: "first", two: 2, three: { deep: ["x"] } };
  await create({ metadata });
  const shown = async () => (await list()).keys[0].metadata;
  expect(await shown()).toEqual(metadata);
  emulator.setMode({ metadata: "reorder" });
  expect(Object.keys(await shown())).toEqual(["three", "two", "one"]);
  emulator.setMode({ metadata: { capKeys: 2 } });
  expect(await shown()).toEqual({ one: "first", two: 2 });
  emulator.setMode({ metadata: { capLength: 3 } });
  expect(await shown()).toEqual({ ...metadata, one: "fir" });
  emulator.setMode({ metadata: "drop" });
  expect(await shown()).toBeUndefined();
  expect(emulator.keys()[0]?.metadata).toEqual(metadata);
});

test("an update replaces the fields it names, whole, and leaves the others and the secret", async () => {
  emulator.setMode({ updates: "patch" });
  const hooks = [{ url: "https://example.com/a", events: ["score.updated"], secret: "s" }];
  const { keyId, apiKey } = await create({
    metadata: { a: 1, b: 2 },
    description: "d",
    webhooks: hooks,
    rateLimit: { requestsPerDay: 3 },
  });
  const patch = async (body: object) => Object((await ask(`${emulator.url}${KEYS}/${keyId}`, "t", "PATCH", body)).json);
  expect(await patch({ metadata: { b: 3 }, rateLimit: {}, webhooks: [] })).toMatchObject({
    key: { description: "d", rateLimit: {} },
    webhooks: [],
  });
  expect(emulator.keys()[0]).toMatchObject({ name: "a", metadata: { b: 3 }, webhooks: [] });
  expect(await patch({ permissions: [{ resource: "trust", actions: ["read"] }] })).toMatchObject({ success: true });
  expect((await emulator.use(apiKey, { path: "/trust/alice.zks" })).status).toBe(200);
  expect((await emulator.use(apiKey, { path: "/scores/alice.zks" })).status).toBe(403);
  emulator.revoke(keyId);
  expect((await ask(`${emulator.url}${KEYS}/${keyId}`, "t", "PATCH", {})).status).toBe(404);
});

test("the prefix is a setting, and nothing answers outside it", async () => {
  const other = await startEmulator({ prefix: "/api/v1", accounts: [{ token: "t" }] });
  try {
    expect(other.url).toBe(`${other.origin}/api/v1`);
    expect((await ask(other.url + KEYS, "t")).status).toBe(200);
    expect((await ask(`${other.origin}/v1${KEYS}`, "t")).status).toBe(404);
    expect((await ask(`${other.url}${KEYS}`, "t", "PUT", {})).status).toBe(405);
  } finally {
    await other.close();
  }
});

test("twenty stacks at once, each creating, listing and revoking, lose and double nothing", async () => {
  const stack = async (who: number): Promise<void> => {
    for (let n = 0; n < 5; n++) {
      const { keyId } = await create({ name: `s${who}-${n}` });
      await list("?limit=100");
      if (n % 2 === 0) expect((await ask(`${emulator.url}${KEYS}/${keyId}`, "t", "DELETE")).status).toBe(200);
    }
  };
  await Promise.all(Array.from({ length: 20 }, (_, who) => stack(who)));
  expect((await list()).summary).toMatchObject({ totalKeys: 100, activeKeys: 40, revokedKeys: 60 });
  const journal = emulator.journal();
  expect(journal.filter((entry) => entry.operation === "create" && entry.committed)).toHaveLength(100);
  expect(new Set(journal.map((entry) => entry.requestId)).size).toBe(journal.length);
  expect(journal.every((entry) => entry.outcome === "answered")).toBe(true);
});

/** Beyond what was asked for: what each place says, and what is kept. */
test.each([
  ["echo", "wide", "asked", "asked"],
  ["answers", "wide", "wide", "asked"],
  ["store", "asked", "wide", "wide"],
  ["both", "wide", "wide", "wide"],
] as const)("keys get more than was asked for, in %s", async (where, echo, listing, kept) => {
  emulator.setMode({ widen: { what: ["ipWhitelist", "grant", "expiry", "limits"], where } });
  const asked = {
    permissions: [
      { resource: "scores", actions: ["read"], restrictions: { ipWhitelist: ["203.0.113.7"], chains: ["1"] } },
    ],
    rateLimit: { requestsPerMinute: 60 },
    expiry: "2026-06-01T00:00:00Z",
  };
  const answer = await create(asked);
  const wide = {
    permissions: [{ resource: "scores", actions: ["read", "delete"], restrictions: { chains: ["1"] } }],
    rateLimit: { requestsPerMinute: 600 },
  };
  const shown = (key: Record<string, unknown>) => ({
    permissions: key["permissions"],
    rateLimit: key["rateLimit"],
    ...(key["expiry"] ? { expiry: key["expiry"] } : {}),
  });
  const said = { asked, wide };
  expect(shown(answer.key)).toEqual(said[echo]);
  expect(shown((await list()).keys[0])).toEqual(said[listing]);
  emulator.setMode({ widen: "no" });
  expect(shown((await list()).keys[0])).toEqual(said[kept]);
  const use = await emulator.use(answer.apiKey, { path: "/scores/alice.zks?chain=1" });
  expect(use.status).toBe(kept === "wide" ? 200 : 403);
});

test("an update is widened, too, in what it names", async () => {
  const { keyId } = await create({ rateLimit: { requestsPerMinute: 60 } });
  emulator.setMode({ updates: "patch", widen: { what: ["all", "limits"], where: "both" } });
  await ask(`${emulator.url}${KEYS}/${keyId}`, "t", "PATCH", { rateLimit: { requestsPerMinute: 70 } });
  expect(emulator.keys()[0]).toMatchObject({
    rateLimit: { requestsPerMinute: 700 },
    permissions: [{ resource: "scores" }],
  });
});
