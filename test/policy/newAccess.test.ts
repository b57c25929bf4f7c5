import { expect, test } from "vitest";
import type { ZkscoreGuardArgs } from "../../policy/args.ts";
import { COMPLIANT } from "../../policy/docs/example.ts";
import { policiesOf } from "../../policy/pack.ts";
import { isOn } from "../../policy/sdk/runtime.ts";
import { encodeMarker } from "../../provider/domain/marker.ts";
import type { WireKey } from "../../provider/domain/wire.ts";
import { key as wireKey } from "../support/api/bodies.ts";
import { ownershipOf } from "../support/policy/keys.ts";
import { analyze, testHost } from "../support/policy/rpc.ts";

/** What a mark in the account is worth to `no-new-access`: it can make the policy stricter, never more lenient. */
const OWN = ownershipOf({});
const restrictions = { ipWhitelist: ["203.0.113.0/24"] };
const grant = (resource: string, actions = ["read"]) => ({ resource, actions, restrictions });
const SCORES = [grant("scores")];
const MORE = [grant("scores"), grant("trust")];
const APPROVED = { urn: "*::backend", grant: "trust:read", by: "j.doe", until: "2026-11-20" };

function living(id: string, permissions: WireKey["permissions"], more: object = {}, mark: object = {}): WireKey {
  const marker = { ...OWN, attempt: id, retires: [], keep: false, ...mark };
  return wireKey(id, { permissions, createdAt: "2026-10-01T00:00:00Z", metadata: encodeMarker(marker), ...more });
}

interface Options {
  args?: ZkscoreGuardArgs["noNewAccess"];
  inputs?: object;
  env?: Record<string, string>;
  complete?: boolean;
  name?: string;
}

async function judged(
  account: readonly WireKey[],
  { args = {}, inputs = {}, env = { CI: "1" }, complete = true, name }: Options = {},
) {
  const listing = {
    keys: new Map(account.map((key) => [key.id, key])),
    serverTime: Date.now(),
    fetchedAt: 0,
    complete,
  };
  const host = testHost({ env, api: { list: async () => listing } });
  const policies = policiesOf({ packSettings: { live: true }, noNewAccess: args }, host);
  const given = { inputs: { ...COMPLIANT, permissions: MORE, ownership: OWN, ...inputs }, ...(name ? { name } : {}) };
  const found = (await analyze(policies, given)).filter(({ policy }) => policy === "no-new-access");
  return found.map(({ level, message }) => `${level} ${message.split("\n")[1]}`);
}

const NEW = "mandatory permissions[1]: would add trust:read";

test("what the living key has isn't new, what it hasn't is", async () => {
  expect(await judged([living("key_1", MORE)])).toEqual([]);
  expect(await judged([living("key_1", SCORES)])).toEqual([`${NEW}: its living key doesn't have that`]);
  expect(await judged([living("key_1", [grant("all", ["all"])], { status: "revoked" })])).toHaveLength(2);
});

test.each([
  ["newer", { createdAt: "2026-10-31T00:00:00Z" }, {}],
  ["older", { createdAt: "2020-01-01T00:00:00Z" }, {}],
  ["that claims to retire the real one", {}, { retires: [{ keyId: "key_1", revokeAfter: "2026-11-02T00:00:00Z" }] }],
  ["that is kept", {}, { keep: true }],
])("a forged wider key %s opens nothing", async (_what, more, mark) => {
  const forged = living("key_forged", [{ resource: "all", actions: ["all"] }], more, mark);
  expect(await judged([living("key_1", SCORES), forged])).toEqual([expect.stringContaining(NEW)]);
  expect(await judged([forged, living("key_1", SCORES)])).toEqual([expect.stringContaining(NEW)]);
});

test("a mark of another identity is none of this key's", async () => {
  expect(await judged([living("key_1", MORE), living("key_2", SCORES, {}, { identity: "another" })])).toEqual([]);
  expect(await judged([living("key_2", MORE, {}, { identity: "another" })])).toHaveLength(2);
});

test("in an overlap the older, narrower key counts, and an approval that is in force covers it", async () => {
  const overlap = [living("key_1", SCORES), living("key_2", MORE, { createdAt: "2026-10-31T00:00:00Z" })];
  expect(await judged(overlap)).toEqual([
    expect.stringContaining("not each of the 2 living keys with its mark has that"),
  ]);
  expect(await judged(overlap, { args: { approvals: [APPROVED] } })).toEqual([]);
});

test("an approval is the configuration's word: for one key, one grant, until a day", async () => {
  const account = [living("key_1", SCORES)];
  const under = (more: object, options: Options = {}) =>
    judged(account, { ...options, args: { approvals: [{ ...APPROVED, ...more }] } });
  expect(await under({})).toEqual([]);
  expect(await under({ grant: "trust:*" })).toEqual([]);
  expect(await under({ until: "2026-11-01" })).toEqual([]);
  for (const other of [
    { until: "2026-10-31" },
    { urn: "*::other" },
    { grant: "scores:read" },
    { grant: "trust:write" },
  ]) {
    expect(await under(other), JSON.stringify(other)).toEqual([expect.stringContaining(NEW)]);
  }
  for (const broken of [
    { until: "2099-01-01" },
    { until: "2026-02-30" },
    { urn: "*" },
    { urn: "*::*" },
    { grant: "*:*" },
    { grant: "wallets:read" },
    { by: " " },
  ]) {
    const found = await under(broken);
    expect(found, JSON.stringify(broken)).toHaveLength(2);
    expect(found[1]).toContain(NEW);
  }
});

test("a key can't approve itself", async () => {
  for (const text of ["j.doe 2026-10-30", ". 2026-11-26", "2026-11-01"]) {
    const inputs = { metadata: { owner: "o", purpose: "p", "approved-by": text } };
    expect(await judged([living("key_1", SCORES)], { inputs })).toEqual([expect.stringContaining(NEW)]);
  }
});

test("a listing that moves proves nothing: it blocks in CI, and elsewhere where the setting says so", async () => {
  const account = [living("key_1", MORE)];
  const blocked = [expect.stringMatching(/^mandatory permissions: not evaluated: .*incomplete/)];
  expect(await judged(account, { complete: false })).toEqual(blocked);
  expect(await judged(account, { complete: false, env: {} })).toEqual([
    expect.stringMatching(/^advisory not evaluated/),
  ]);
  expect(await judged(account, { complete: false, env: {}, args: { unanswered: "mandatory" } })).toEqual(blocked);
  expect(await judged(account, { complete: false, args: { unanswered: "advisory" } })).toEqual([
    expect.stringMatching(/^advisory not evaluated/),
  ]);
});

test("a switch is on unless it says off, in any spelling", () => {
  for (const on of ["1", "true", "TRUE", "True", "yes", "on", " on ", "y", "enabled", "ture"])
    expect(isOn(on), on).toBe(true);
  for (const off of [undefined, "", " ", "0", "false", "FALSE", "no", "No", "off", "OFF "])
    expect(isOn(off), off).toBe(false);
});
