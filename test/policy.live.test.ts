import { afterEach, beforeEach, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../emulator/index.ts";
import { connect } from "../policy/connect.ts";
import { COMPLIANT } from "../policy/example.ts";
import { policiesOf } from "../policy/pack.ts";
import { analyzeStack, testHost } from "./support/policyRpc.ts";

/** The live checks against an account that is there: created, used and left alone over the network. */
const DAY = 86_400_000;
const permissions = [
  { resource: "scores", actions: ["read"] },
  { resource: "trust", actions: ["read"] },
];
let api: Emulator;
let keyId: string;
let apiKey: string;

beforeEach(async () => {
  api = await startEmulator({ clock: "2026-11-01T00:00:00Z" });
  ({
    apiKey,
    key: { id: keyId },
  } = await account().create({ name: "backend-1", permissions }));
});
afterEach(() => api.close());

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
