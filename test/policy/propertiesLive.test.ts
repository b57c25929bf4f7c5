import fc from "fast-check";
import { expect, test } from "vitest";
import { newGrants } from "../../policy/grants/access.ts";
import { readKey } from "../../policy/key/view.ts";
import { exemptionFindings } from "../../policy/rules/exemptionHygiene.ts";
import { RULES } from "../../policy/rules/index.ts";
import { resolve } from "../../policy/sdk/runtime.ts";
import { endOf, exemptionFor } from "../../policy/settings/exemptions.ts";
import { SETTINGS } from "../../policy/settings/settings.ts";
import { encodeMarker } from "../../provider/domain/marker.ts";
import { key as wireKey } from "../support/api/bodies.ts";
import { anyCase, type Case, DAY, NOW, type Permission, permission, subjectOf } from "../support/policy/cases.ts";
import { drawn } from "../support/seed.ts";

/** The same for the policies that ask the account, and for the two about the pack itself. */
const options = drawn("live policy properties", 400);
const { numRuns: CASES } = options;

const permissions = fc.array(permission, { minLength: 1, maxLength: 3 });
const marker = {
  project: "app",
  stack: "s",
  name: "n",
  identity: "i",
  owner: "o",
  attempt: "a",
  retires: [],
  keep: false,
};

function accountOf(live: { permissions?: Permission[]; lastUsed?: string | null; endpoints?: string[] }) {
  const key = wireKey("key_1", {
    createdAt: new Date(NOW - 200 * DAY).toISOString(),
    lastUsed: live.lastUsed ?? null,
    metadata: encodeMarker(marker),
    permissions: (live.permissions ?? []).map(({ resource, actions, restrictions = {} }) => ({
      resource,
      actions,
      restrictions: { ...restrictions },
    })),
  });
  const byEndpoint = (live.endpoints ?? []).map((endpoint) => ({ endpoint, requests: 1 }));
  return {
    listing: async () => ({ keys: new Map([["key_1", key]]), serverTime: NOW, fetchedAt: 0, complete: true }),
    usage: async () => ({
      success: true as const,
      usage: { totalRequests: byEndpoint.length },
      breakdown: { byEndpoint },
      timestamp: "",
    }),
  };
}

function withOwner(c: Case): Case {
  return { ...c, inputs: { ...c.inputs, ownership: { identity: "i", owner: "o" }, metadata: {} } };
}

test("no-new-access: what is asked beyond the living key is found, and asking for more never hides it", async () => {
  let violating = 0;
  await fc.assert(
    fc.asyncProperty(anyCase, permissions, permission, async (c, live, more) => {
      const account = accountOf({ permissions: live });
      const find = async (given: Case) => {
        const subject = subjectOf(RULES.noNewAccess, withOwner(given)) as never; // the parameters are this policy's
        return (await RULES.noNewAccess.liveResource?.(subject, account))?.map(({ path }) => path) ?? [];
      };
      const before = await find(c);
      const after = await find({ ...c, inputs: { ...c.inputs, permissions: [...c.inputs.permissions, more] } });
      for (const path of before) expect(after).toContain(path);
      if (before.length > 0) violating++;
    }),
    options,
  );
  expect(violating).toBeGreaterThan(CASES / 4);
});

test("no-new-access: what a key has already is never new, and never becomes so by narrowing it", () => {
  fc.assert(
    fc.property(permissions, fc.nat(), (live, pick) => {
      const chosen = structuredClone(live[pick % live.length]);
      if (chosen === undefined) return;
      chosen.restrictions = { ...chosen.restrictions, identities: ["acme.zks"] };
      for (const asked of [...live, chosen]) {
        const [proposed] = readKey({ permissions: [asked] }).permissions;
        expect(proposed && newGrants(proposed, live)).toEqual([]);
      }
    }),
    options,
  );
});

test("unused-key: a key that is idle for longer doesn't come to rest", async () => {
  let violating = 0;
  await fc.assert(
    fc.asyncProperty(anyCase, fc.nat(150), fc.nat(150), async (c, idle, more) => {
      const find = async (days: number) => {
        const account = accountOf({ lastUsed: new Date(NOW - days * DAY).toISOString() });
        return RULES.unusedKey.liveStack?.([subjectOf(RULES.unusedKey, c) as never], account) ?? []; // as above
      };
      const [before, after] = [await find(idle), await find(idle + more)];
      expect(before.length > 0).toBe(idle > 45);
      expect(after.length).toBeGreaterThanOrEqual(before.length);
      if (before.length > 0) violating++;
    }),
    options,
  );
  expect(violating).toBeGreaterThan(CASES / 10);
});

test("unused-permission: a grant more, or an endpoint less, never makes a key well used", async () => {
  const resources = ["identity", "scores", "achievements", "trading", "trust", "attestations"];
  let violating = 0;
  await fc.assert(
    fc.asyncProperty(anyCase, fc.subarray(resources, { minLength: 2 }), permission, async (c, seen, more) => {
      const find = async (given: Case, names: string[]) => {
        const account = accountOf({ endpoints: names.map((name) => `GET /v1/${name}/{identity}`) });
        const subject = subjectOf(RULES.unusedPermission, given) as never; // as above
        return RULES.unusedPermission.liveStack?.([subject], account) ?? [];
      };
      const before = await find(c, seen);
      if (before.length === 0) return;
      violating++;
      const wider = { ...c, inputs: { ...c.inputs, permissions: [...c.inputs.permissions, more] } };
      expect(await find(wider, seen)).not.toEqual([]);
      expect(await find(c, seen.slice(1))).not.toEqual([]); // a finding, or `not evaluated`: never silence
    }),
    options,
  );
  expect(violating).toBeGreaterThan(CASES / 10);
});

test("exemptions: an expired one stays expired, exempts nothing, and one in force covers its own policy only", () => {
  const day = fc.integer({ min: -400, max: 400 }).map((days) => new Date(NOW + days * DAY).toISOString().slice(0, 10));
  const urn = "urn:pulumi:acme-prod::app::pulumi-nodejs:dynamic/zkscore:ApiKey::backend";
  const pattern = fc.constantFrom("*", "*::backend", "urn:pulumi:acme-*::*", "*::other", "urn:pulumi:acme-dev::*");
  let expired = 0;
  fc.assert(
    fc.property(day, pattern, fc.nat(500), (until, match, later) => {
      const exemption = { policy: "rate-limit", urn: match, reason: "r", owner: "o", until };
      const rulesAt = (now: number) =>
        [
          ...exemptionFindings({
            exemptions: [exemption],
            used: new Set(),
            policyIds: ["rate-limit"],
            silent: [],
            urns: [urn],
            now,
            maxDays: 180,
          }),
        ].map(({ code }) => code);
      const ended = NOW >= (endOf(exemption) ?? 0);
      const rules = { policyIds: ["rate-limit", "no-wildcard-access"], now: NOW, maxDays: 180 };
      if (ended) expect(exemptionFor([exemption], "rate-limit", urn, rules)).toBeUndefined();
      expect(exemptionFor([exemption], "no-wildcard-access", urn, rules)).toBeUndefined();
      // What hygiene refuses exempts nothing.
      const refused = rulesAt(NOW).some((rule) => !["unmatched", "needless"].includes(rule));
      if (refused) expect(exemptionFor([exemption], "rate-limit", urn, rules)).toBeUndefined();
      if (!rulesAt(NOW).includes("expired")) return;
      expired++;
      expect(rulesAt(NOW + later * DAY)).toContain("expired");
    }),
    options,
  );
  expect(expired).toBeGreaterThan(CASES / 10);
});

test("settings: whatever is given, every setting has a value of its kind, and what doesn't fit is named", () => {
  const name = fc.oneof(fc.constantFrom(...Object.keys(SETTINGS)), fc.string());
  fc.assert(
    fc.property(fc.dictionary(name, fc.jsonValue()), (given) => {
      const { values, problems } = resolve(SETTINGS, given);
      for (const [key, parameter] of Object.entries(SETTINGS)) {
        expect(parameter.accepts(values[key as keyof typeof SETTINGS])).toBe(true); // the keys of that very object
      }
      const strangers = Object.keys(given).filter((key) => !Object.keys(SETTINGS).includes(key));
      expect(problems.length).toBeGreaterThanOrEqual(strangers.length);
    }),
    options,
  );
});
