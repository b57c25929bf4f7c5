import { expect } from "vitest";
import { COMPLIANT, withField } from "../../policy/docs/example.ts";
import { urlFaults } from "../../policy/network/webhookUrl.ts";
import { policiesOf } from "../../policy/pack.ts";
import { RULES } from "../../policy/rules/index.ts";
import { defaultsOf } from "../../policy/sdk/runtime.ts";
import { detectEnvironment, ENVIRONMENT_WORDS, type EnvironmentSettings } from "../../policy/settings/environment.ts";
import { exemptionFor } from "../../policy/settings/exemptions.ts";
import { globMatches } from "../../policy/settings/glob.ts";
import { encodeMarker } from "../../provider/domain/marker.ts";
import { promised } from "../support/adversary.ts";
import { key as wireKey } from "../support/api/bodies.ts";
import { ownershipOf } from "../support/policy/keys.ts";
import { analyze, type Given, testHost } from "../support/policy/rpc.ts";

/** What docs/threat-model.md promises of the policy pack: against a program, a co-tenant's mark, and a quiet setting. */
const up = { isStateFile: () => false };
const mandatory = async (given: Given, host = testHost(up), args = {}, keep = (_id: string) => true) => {
  const policies = policiesOf(args, host).filter(({ name }) => keep(name));
  const found = await analyze(policies, given);
  return found.filter(({ level }) => level === "mandatory").map(({ policy }) => policy);
};

const disguised: Given = {
  type: "pulumi-nodejs:dynamic/acme:Thing",
  inputs: { permissions: [{ resource: "all", actions: ["all"] }], ownership: ownershipOf({}) },
};

promised("policy-type", "a key under another resource type is refused, and judged as a key", {
  attack: async () => {
    expect(await mandatory(disguised)).toEqual(expect.arrayContaining(["no-disguised-key", "no-wildcard-access"]));
  },
  // Nobody looks for disguises: the SDK picks resources by their type.
  control: async () => {
    expect(
      await mandatory(disguised, undefined, {}, (id) => !["pack-settings", "no-disguised-key"].includes(id)),
    ).toEqual([]);
  },
});

const victims: Given = { inputs: { ...COMPLIANT, ownership: ownershipOf({ stack: "victim-prod" }, "victim") } };

promised("policy-owner", "a key with another resource's ownership is refused", {
  attack: async () => {
    expect(await mandatory(victims)).toEqual(["no-disguised-key"]);
  },
  control: async () => {
    expect(await mandatory(victims, undefined, { noDisguisedKey: "disabled" })).toEqual([]);
  },
});

const said = (environment: string, tag = ""): [EnvironmentSettings, Map<string, string>] => [
  { environment, environmentTag: "environment", environmentWords: {}, productionByDefault: false },
  new Map(tag === "" ? [] : [["environment", tag]]),
];

promised("policy-environment", "no setting and no tag makes production something else in silence", {
  attack: () => {
    for (const word of ["produciton", " ", "prod\u200b", "\u0440rod", "dev"]) {
      expect(detectEnvironment(...said(word), "acme-prod").production, word).toBe(true);
      expect(detectEnvironment(...said("", word), "acme-prod").production, word).toBe(true);
    }
  },
  // The first that speaks decides, and a word that nobody knows is an environment of its own.
  control: () => {
    for (const word of ["produciton", "prod\u200b", "dev"]) {
      const known = Object.entries(ENVIRONMENT_WORDS).find(([, words]) => words.includes(word.trim().toLowerCase()));
      expect(known?.[0] ?? word).not.toBe("production");
    }
  },
});

const settingsOff = { packSettings: "disabled", noWriteInProduction: { enforcementLevel: "mandatory" } };
const writer: Given = { stack: "main", inputs: withField(COMPLIANT, "permissions[0].actions", ["write"]) };

promised("policy-settings", "with `pack-settings` off, the strictest rules hold", {
  attack: async () => {
    expect(await mandatory(writer, testHost(up), settingsOff)).toContain("no-write-in-production");
  },
  control: async () => {
    expect(await mandatory(writer)).not.toContain("no-write-in-production");
  },
});

const all16 = Array.from({ length: 4096 }, (_, i) => `${11 + (i >> 8)}.${i & 255}.0.0/16`);
const LIST = "permissions[0].restrictions.ipWhitelist";

promised("policy-addresses", "many narrow blocks are measured as what they let in together", {
  attack: async () => {
    for (const list of [all16, ["::fffe:0:0/95"], ["64:ff9b::/97", "64:ff9b::8000:0/97"], ["2001:0:1:2::/64"]]) {
      expect(await mandatory({ inputs: withField(COMPLIANT, LIST, list) })).toContain("ip-allow-list");
    }
  },
  // Each block alone is in order.
  control: async () => {
    for (const block of all16.slice(0, 50)) {
      expect(await mandatory({ inputs: withField(COMPLIANT, LIST, [block]) })).toEqual([]);
    }
  },
});

const hook = (secret: string): Given => ({
  inputs: withField(COMPLIANT, "webhooks", [
    { url: "https://hooks.acme.example/x", events: ["score.updated"], secret },
  ]),
});

promised("policy-redacted", 'the text "[secret]" is judged as a text in a real run', {
  attack: async () => {
    expect(await mandatory(hook("[secret]"))).toEqual(["webhook-secret"]);
  },
  control: async () => {
    expect(await mandatory(hook("[secret]"), testHost({ isStateFile: () => true }))).toEqual([]);
  },
});

const account = [
  wireKey("key_real", {
    permissions: [{ resource: "scores", actions: ["read"] }],
    createdAt: "2026-10-01T00:00:00Z",
    metadata: mark("real"),
  }),
  wireKey("key_forged", {
    permissions: [{ resource: "all", actions: ["all"] }],
    createdAt: "2026-10-31T00:00:00Z",
    metadata: mark("forged"),
  }),
];
const wider: Given = {
  inputs: { ...COMPLIANT, permissions: [{ resource: "trust", actions: ["read"] }], ownership: ownershipOf({}) },
};

function mark(attempt: string) {
  return encodeMarker({ ...ownershipOf({}), attempt, retires: [], keep: false });
}

promised("policy-forged-mark", "a key that copies a mark opens no access", {
  attack: async () => {
    expect(await live(account)).toContain("no-new-access");
  },
  // Where the newest key with the mark is taken for the predecessor, the forged one is it.
  control: async () => {
    const [newest] = [...account].sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
    expect(newest?.id).toBe("key_forged");
    expect(await live(account.filter((key) => key === newest))).not.toContain("no-new-access");
  },
});

function live(keys: typeof account) {
  const listing = {
    keys: new Map(keys.map((key) => [key.id, key])),
    serverTime: Date.now(),
    fetchedAt: 0,
    complete: true,
  };
  const host = testHost({ ...up, env: { CI: "1" }, api: { list: async () => listing } });
  return mandatory(wider, host, { packSettings: { live: true } });
}

const rules = { policyIds: ["rate-limit"], now: Date.parse("2026-11-01"), maxDays: 180 };
const evil = "urn:pulumi:acme-prod::app::pulumi-nodejs:dynamic/zkscore:ApiKey::evil::legacy-1";
const exemption = { policy: "rate-limit", urn: "*::legacy-*", reason: "r", owner: "o", until: "2026-12-31" };

promised("policy-exemptions", "what hygiene refuses, and a name that only ends alike, is exempt from nothing", {
  attack: () => {
    for (const more of [{}, { urn: "*" }, { urn: "*::*" }, { urn: "*::*-1", until: "2099-01-01" }]) {
      expect(exemptionFor([{ ...exemption, ...more }], "rate-limit", evil, rules)).toBeUndefined();
    }
  },
  // A glob over the whole URN.
  control: () => {
    expect(globMatches(exemption.urn, evil)).toBe(true);
  },
});

const URLS = [
  "https://hooks.acme.com\\@169.254.169.254/",
  "https://hooks.ac\tme.com/x",
  "https://hooks.acme.com/x\r\nHost:evil",
];
const lists = defaultsOf(RULES.webhookHttps.parameters);

promised("policy-webhook-text", "a webhook's URL is judged as the text that is sent", {
  attack: () => {
    for (const text of URLS) expect(urlFaults(text, lists), text).not.toEqual([]);
  },
  // What one parser makes of it is in order.
  control: () => {
    for (const text of URLS) expect(urlFaults(new URL(text).href, lists), text).toEqual([]);
  },
});
