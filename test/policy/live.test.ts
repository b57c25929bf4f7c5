import { beforeEach, expect, test } from "vitest";
import { COMPLIANT } from "../../policy/docs/example.ts";
import { connect } from "../../policy/live/connect.ts";
import { policiesOf } from "../../policy/pack.ts";
import { api, freshAccount } from "../support/fixture.ts";
import { analyzeStack, testHost } from "../support/policy/rpc.ts";

/** The live checks against an account that is there: created, used and left alone over the network. */
const DAY = 86_400_000;
const permissions = [
  { resource: "scores", actions: ["read"] },
  { resource: "trust", actions: ["read"] },
];
let keyId: string;
let apiKey: string;

beforeEach(async () => {
  await freshAccount({ clock: "2026-11-01T00:00:00Z" });
  ({
    apiKey,
    key: { id: keyId },
  } = await account().create({ name: "backend-1", permissions }));
});

function account() {
  return connect({ ZKSCORE_BASE_URL: api.url, ZKSCORE_TOKEN: api.accounts[0]?.token });
}

async function found() {
  const policies = policiesOf(
    { packSettings: { live: true } },
    testHost({ now: () => api.now(), openApi: async () => account() }),
  );
  const inputs = { ...COMPLIANT, permissions, keyId, createdAt: "2026-11-01T00:00:00Z", status: "active" };
  return (await analyzeStack(policies, [{ inputs }])).filter(({ policy }) => policy.startsWith("unused"));
}

test("unused-key: a key without a request for longer than allowed is named, a used or young one isn't", async () => {
  expect(await found()).toEqual([]);
  api.advance(46 * DAY);
  expect(await found()).toMatchObject([
    { policy: "unused-key", message: expect.stringContaining("was never used in the 46 days") },
  ]);
  await api.use(apiKey);
  expect((await found()).filter(({ policy }) => policy === "unused-key")).toEqual([]);
  api.advance(50 * DAY);
  expect(await found()).toMatchObject([
    { policy: "unused-key", message: expect.stringContaining("was last used 50 days ago") },
  ]);
});

test("unused-permission: what traffic never touched is named, with the smaller list and the time it was watched", async () => {
  api.advance(30 * DAY);
  await api.use(apiKey, { path: "/scores/alice.zks" });
  api.advance(DAY);
  const [finding, ...more] = await found();
  expect(more).toEqual([]);
  expect(finding).toMatchObject({ policy: "unused-permission", level: "advisory" });
  expect(finding?.message).toContain(
    "no request for trust from 2026-11-01T00:00:00Z to 2026-12-02T00:00:00Z (1 requests seen)",
  );
  expect(finding?.message).toContain('Enough would be: permissions: [{ resource: "scores", actions: ["read"] }]');
  await api.use(apiKey, { path: "/trust/alice.zks" });
  api.advance(DAY);
  expect(await found()).toEqual([]);
});

test("a key that the account doesn't show is not evaluated, and nothing else is said of it", async () => {
  keyId = "key_of_another_account";
  expect(await found()).toMatchObject([
    { policy: "unused-key", level: "advisory", message: expect.stringContaining("not evaluated") },
  ]);
});

test("live-as-declared: what lives beyond what was declared is named, whatever widened it; less is no finding", async () => {
  const declared = {
    permissions: [{ resource: "scores", actions: ["read"], restrictions: { ipWhitelist: ["203.0.113.7"] } }],
    rateLimit: { requestsPerMinute: 60 },
    expiry: "2026-12-01T00:00:00Z",
  };
  const said = async () => {
    const policies = policiesOf(
      { packSettings: { live: true } },
      testHost({ now: () => api.now(), openApi: async () => account() }),
    );
    const inputs = { ...COMPLIANT, ...declared, keyId, createdAt: "2026-11-01T00:00:00Z", status: "active" };
    const all = await analyzeStack(policies, [{ inputs }]);
    return all.filter(({ policy }) => policy === "live-as-declared").map(({ level, message }) => [level, message]);
  };
  const make = async (what: "all" | "ipWhitelist" | "expiry" | "limits" | undefined) => {
    api.setMode({ widen: what === undefined ? "no" : { what: [what], where: "store" } });
    keyId = (await account().create({ name: `k-${what}-${api.keys().length}`, ...declared })).key.id;
    return said();
  };
  expect(await make(undefined)).toEqual([]);
  expect(await make("ipWhitelist")).toEqual([
    ["mandatory", expect.stringContaining("permissions widen: scores:read: ipWhitelist 1 address → unrestricted")],
  ]);
  expect(await make("all")).toMatchObject([
    ["mandatory", expect.stringContaining("+ identity:read")],
    ["mandatory", expect.anything()],
  ]);
  expect(await make("expiry")).toEqual([["mandatory", expect.stringContaining("it has no end")]]);
  expect(await make("limits")).toEqual([
    ["advisory", expect.stringContaining("requestsPerMinute is 600; 60 was asked")],
  ]);
  await make(undefined);
  api.edit(keyId, { permissions: [{ resource: "scores", actions: ["read"] }] });
  expect(await said()).toHaveLength(1);
  api.edit(keyId, {
    permissions: [
      { resource: "scores", actions: ["read"], restrictions: { ipWhitelist: ["203.0.113.7"], chains: ["1"] } },
    ],
  });
  expect(await said()).toEqual([]);
  keyId = "key_of_another_account";
  expect(await said()).toEqual([["advisory", expect.stringContaining("not evaluated")]]);
});
