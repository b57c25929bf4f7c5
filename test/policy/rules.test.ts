import { describe, expect, test } from "vitest";
import { COMPLIANT, withField } from "../../policy/docs/example.ts";
import { expand, matchGrants } from "../../policy/grants/catalogue.ts";
import { readBlock, specialRange } from "../../policy/network/blocks.ts";
import type { Rule } from "../../policy/rule.ts";
import { type PolicyName, RULES } from "../../policy/rules/index.ts";
import { ENVIRONMENT_WORDS, namesIn } from "../../policy/settings/environment.ts";
import { globMatches } from "../../policy/settings/glob.ts";
import { type Case, findingsOf, NOW } from "../support/policy/cases.ts";

/** Where each rule begins and ends: the last value it accepts, the first it refuses. */
const PROD = "acme-prod";
const DEV = "acme-dev";
const ip = "permissions[0].restrictions.ipWhitelist";
const at = (days: number) => new Date(NOW + days * 86_400_000).toISOString();
const SECRET = "0123456789abcdef0123456789abcdef";
const hook = (url: string, secret = SECRET) => [{ url, events: ["score.updated"], secret }];
const permissions = (...grants: [string, string[]][]) =>
  grants.map(([resource, actions]) => ({
    resource,
    actions,
    restrictions: { identities: ["a.zks"], ipWhitelist: ["203.0.113.0/24"] },
  }));
const read6 = permissions(
  ...["identity", "scores", "achievements", "trading", "trust", "attestations"].map((name): [string, string[]] => [
    name,
    ["read"],
  ]),
);

const BOUNDS: readonly [PolicyName, string, string, unknown, string[]][] = [
  ["noWildcardAccess", PROD, "permissions", read6, []],
  [
    "noWildcardAccess",
    PROD,
    "permissions",
    [...read6, ...permissions(["scores", ["write"]], ["trust", ["write"]], ["trading", ["write"]])],
    [],
  ],
  [
    "noWildcardAccess",
    PROD,
    "permissions",
    [...read6, ...permissions(["scores", ["write", "delete"]], ["trust", ["write", "delete"]])],
    ["too-wide"],
  ],
  ["noWildcardAccess", PROD, "permissions[0].resource", "wallets", ["unknown-resource"]],
  ["noWildcardAccess", PROD, "permissions[0].actions", ["admin"], ["unknown-action"]],
  ["noWildcardAccess", PROD, "permissions[0].actions", ["all"], ["any-action"]],
  ["noWildcardAccess", PROD, "permissions[0].resource", "all", ["any-resource"]],
  ["noDestructiveActions", DEV, "permissions[0].actions", ["write"], []],
  ["noDestructiveActions", DEV, "permissions[0].actions", ["all"], ["destroys"]],
  ["noWriteInProduction", DEV, "permissions[0].actions", ["write"], []],
  ["noWriteInProduction", PROD, "permissions[0].actions", ["write"], ["writes"]],
  ["noToxicCombination", DEV, "permissions", permissions(["scores", ["write"]], ["trust", ["write"]]), []],
  ["noToxicCombination", DEV, "permissions", permissions(["trust", ["write"]], ["attestations", ["all"]]), ["pair-2"]],
  ["restrictedWrites", DEV, "permissions", [{ resource: "scores", actions: ["read"] }], []],
  [
    "restrictedWrites",
    DEV,
    "permissions",
    [{ resource: "scores", actions: ["delete"], restrictions: { chains: ["1"] } }],
    [],
  ],
  [
    "restrictedWrites",
    DEV,
    "permissions",
    [{ resource: "scores", actions: ["delete"], restrictions: { chains: [] } }],
    ["unrestricted"],
  ],
  ["expiryRequired", DEV, "expiresIn", undefined, ["endless"]],
  ["expiryHorizon", DEV, "expiresIn", "90d", []],
  ["expiryHorizon", DEV, "expiresIn", "2161h", ["too-long"]],
  ["expiryHorizon", PROD, "expiresIn", "30d", []],
  ["expiryHorizon", PROD, "expiresIn", "31d", ["too-long"]],
  ["expiryHorizon", PROD, "expiresIn", "23d", []],
  ["expiryHorizon", PROD, "expiresIn", "22d", ["too-soon"]],
  ["expiryHorizon", DEV, "expiry", at(90), []],
  ["expiryHorizon", DEV, "expiry", at(91), ["too-long"]],
  ["expiryHorizon", DEV, "expiry", at(1), []],
  ["expiryHorizon", DEV, "expiry", at(0.9), ["too-soon"]],
  ["expiryHorizon", DEV, "expiry", at(-1), ["too-soon"]],
  ["rotationRequired", PROD, "rotation", undefined, ["unscheduled", "no-overlap"]],
  ["rotationRequired", DEV, "rotation", undefined, ["unscheduled"]],
  ["rotationRequired", PROD, "rotation", { every: "90d", window: "89d", overlap: "7d" }, []],
  ["rotationRequired", PROD, "rotation", { every: "91d", overlap: "8d" }, ["too-rare", "long-overlap"]],
  ["rotationRequired", PROD, "rotation", { every: "30d", window: "30d", overlap: "1h" }, ["window"]],
  ["rotationRequired", PROD, "rotation.overlap", "0s", ["no-overlap"]],
  ["rotationAge", PROD, "createdAt", at(-22), []],
  ["rotationAge", PROD, "createdAt", at(-23), ["ageing"]],
  ["rotationAge", PROD, "createdAt", at(-28), ["ageing"]],
  ["rotationAge", PROD, "createdAt", at(-29), ["too-old"]],
  ["rotationAge", PROD, "adoptedAt", at(-29), ["too-old"]],
  ["rotationAge", PROD, "internal", JSON.stringify({ v: 1, a: "", d: [], c: {}, t: at(-29) }), ["too-old"]],
  ["rotationAge", PROD, "internal", JSON.stringify({ v: 2 }), []],
  ["ipAllowList", PROD, ip, undefined, ["absent"]],
  ["ipAllowList", DEV, ip, undefined, []],
  ["ipAllowList", PROD, ip, ["2.2.0.0/16"], []],
  ["ipAllowList", PROD, ip, ["2.2.0.0/15"], ["wide"]],
  ["ipAllowList", PROD, ip, ["2a00:1450::/32"], []],
  ["ipAllowList", PROD, ip, ["2a00:1400::/31"], ["wide"]],
  ["ipAllowList", PROD, ip, ["0.0.0.0/0"], ["everyone"]],
  ["ipAllowList", PROD, ip, ["::/0"], ["everyone"]],
  ["ipAllowList", PROD, ip, ["192.168.1.1"], ["special"]],
  ["ipAllowList", PROD, ip, ["::ffff:10.0.0.1"], ["special"]],
  ["ipAllowList", PROD, ip, ["fd00::/32"], ["special"]],
  ["ipAllowList", PROD, ip, ["2.2.2.2", "2.2.2.0/24"], ["overlap"]],
  ["ipAllowList", PROD, ip, ["2.2.2.2", "2.2.3.0/24"], []],
  ["ipAllowList", PROD, ip, ["office"], ["unreadable"]],
  ["webhookHttps", DEV, "webhooks", hook("https://a.example/x?page=1"), []],
  ["webhookHttps", DEV, "webhooks", hook("http://a.example/x"), ["not-https"]],
  ["webhookHttps", DEV, "webhooks", hook("https://u@a.example/x"), ["userinfo"]],
  ["webhookHttps", DEV, "webhooks", hook("https://203.0.113.7/x"), ["ip-literal"]],
  ["webhookHttps", DEV, "webhooks", hook("https://0x7f.1/x"), ["ip-literal"]],
  ["webhookHttps", DEV, "webhooks", hook("https://2130706433/"), ["ip-literal"]],
  ["webhookHttps", DEV, "webhooks", hook("https://[::1]/x"), ["ip-literal"]],
  ["webhookHttps", DEV, "webhooks", hook("https://localhost./x"), ["inner-host"]],
  ["webhookHttps", DEV, "webhooks", hook("https://metadata.google.internal/x"), ["inner-host"]],
  ["webhookHttps", DEV, "webhooks", hook("https://intranet/x"), ["inner-host"]],
  ["webhookHttps", DEV, "webhooks", hook("https://localhost.example/x"), []],
  ["webhookHttps", DEV, "webhooks", hook("https://a.example/x?Api-Key=1"), ["secret-in-query"]],
  ["webhookHttps", DEV, "webhooks", hook("https://a.example/x?v=zk_prod_abc"), ["token"]],
  ["webhookHttps", DEV, "webhooks", hook("https://a.example/x?monkey=1"), []],
  ["webhookHttps", DEV, "webhooks", hook("/relative"), ["unreadable"]],
  ["webhookSecret", DEV, "webhooks", hook("https://a.example", SECRET), []],
  ["webhookSecret", DEV, "webhooks", hook("https://a.example", SECRET.slice(1)), ["short"]],
  ["webhookSecret", DEV, "webhooks", [...hook("https://a.example"), ...hook("https://b.example")], ["shared"]],
  ["rateLimit", PROD, "rateLimit", undefined, ["absent"]],
  [
    "rateLimit",
    PROD,
    "rateLimit",
    { requestsPerMinute: 300, requestsPerHour: 18_000, requestsPerDay: 100_000, burstLimit: 300 },
    [],
  ],
  ["rateLimit", PROD, "rateLimit", { requestsPerMinute: 301 }, ["plan-requestsPerMinute"]],
  ["rateLimit", PROD, "rateLimit", { requestsPerMinute: 1001 }, ["plan-requestsPerMinute", "ceiling"]],
  ["rateLimit", DEV, "rateLimit", { requestsPerMinute: 301 }, ["plan-requestsPerMinute", "ceiling"]],
  ["rateLimit", PROD, "rateLimit", { requestsPerMinute: 10, burstLimit: 11 }, ["burst"]],
  ["rateLimit", PROD, "rateLimit", { requestsPerMinute: 10, requestsPerHour: 601 }, ["hour"]],
  ["rateLimit", PROD, "rateLimit", { requestsPerMinute: 10, requestsPerHour: 600, requestsPerDay: 14_401 }, ["day"]],
  ["rateLimit", PROD, "rateLimit", { requestsPerMinute: 10, requestsPerDay: 14_401 }, ["day"]],
  ["ownership", DEV, "namePrefix", "My Key", ["name"]],
  ["ownership", DEV, "description", "  ", ["description"]],
  ["ownership", DEV, "metadata", undefined, ["owner", "purpose"]],
  ["environmentIsolation", PROD, "namePrefix", "prod-backend", []],
  ["environmentIsolation", PROD, "namePrefix", "dev-backend", ["foreign"]],
  ["environmentIsolation", "main", "namePrefix", "dev-backend", []],
  ["environmentIsolation", "main", "namePrefix", "dev-prod", ["several"]],
  ["environmentIsolation", PROD, "metadata.environment", "staging", ["foreign"]],
  ["secretStaysSecret", DEV, "deletionPolicy", "revoke", []],
  ["secretStaysSecret", PROD, "deletionPolicy", undefined, ["removable"]],
];

describe("where each rule begins", () => {
  test.each(BOUNDS)("%s in %s: %s = %j", (name, stack, path, value, rules) => {
    const inputs = withField(COMPLIANT, path, value);
    if (path === "expiry") delete inputs["expiresIn"];
    const definition: Rule = RULES[name];
    expect([...new Set(findingsOf(definition, caseOf(stack, inputs)).map(({ code }) => code))]).toEqual(rules);
  });

  test("every policy that judges alone is among them", () => {
    expect(new Set(BOUNDS.map(([name]) => name)).size).toBe(16);
  });
});

describe("options of the resource", () => {
  const options = { protect: false, ignoreChanges: [] as string[], additionalSecretOutputs: ["apiKey"] };
  test.each([
    [{}, []],
    [{ additionalSecretOutputs: ["webhooks"] }, ["clear-secret"]],
    [{ ignoreChanges: ["description", "permissionsNote"] }, []],
    [{ ignoreChanges: ["permissions"] }, ["ignored"]],
    [{ ignoreChanges: ["permissions[0].restrictions.ipWhitelist"] }, ["ignored"]],
    [{ ignoreChanges: ['["permissions"]'] }, ["ignored"]],
    [{ ignoreChanges: ["expiresIn"] }, ["ignored"]],
    [{ ignoreChanges: ["*"] }, ["ignored"]],
    [{ protect: true }, ["protected"]],
  ])("%j", (more, rules) => {
    const c = { ...caseOf(PROD, COMPLIANT), options: { ...options, ...more } };
    expect(findingsOf(RULES.secretStaysSecret, c).map(({ code }) => code)).toEqual(rules);
  });
});

test("names say an environment by whole words only", () => {
  const says = (text: string) => namesIn(ENVIRONMENT_WORDS, text);
  expect(["product", "producer", "latest", "live-scores", "devoted"].flatMap(says)).toEqual([]);
  expect(["acme-prod", "prodApp", "app_prd2", "PRODUCTION"].map(says)).toEqual(Array(4).fill(["production"]));
  expect([says("pre-prod"), says("preprod"), says("non-prod"), says("non_prod-x")]).toEqual([
    ["staging"],
    ["staging"],
    ["development"],
    ["development"],
  ]);
  expect(says("dev-and-prod")).toEqual(["production", "development"]);
});

test("patterns match as people read them", () => {
  const yes: [string, string][] = [
    ["*", ""],
    ["a*c", "abbc"],
    ["a?c", "abc"],
    ["*::backend", "urn::x::backend"],
    ["**a", "ba"],
  ];
  const no: [string, string][] = [
    ["", "a"],
    ["a", "ab"],
    ["a?", "a"],
    ["*b", "abc"],
    ["A", "a"],
  ];
  for (const [pattern, text] of yes) expect(globMatches(pattern, text), `${pattern} ${text}`).toBe(true);
  for (const [pattern, text] of no) expect(globMatches(pattern, text), `${pattern} ${text}`).toBe(false);
  expect(globMatches(`${"*a".repeat(30)}*b`, "a".repeat(5000))).toBe(false); // must end: no backtracking explosion
  expect(matchGrants("*:write")).toHaveLength(6);
  expect(matchGrants("trading:all")).toHaveLength(3);
  expect(matchGrants("wallets:read")).toEqual([]);
  expect(matchGrants("a:b:c")).toEqual([]);
  expect(expand("all", "all")).toHaveLength(18);
  expect(expand("wallets", "read")).toEqual([]);
});

test("special ranges are met from both sides, public ones aren't", () => {
  const kind = (text: string) => specialRange(readBlock(text) ?? { family: 4, bits: 0n, prefix: 32, hostBits: false });
  expect(
    ["10.1.2.3", "172.16.0.0/12", "172.31.255.255", "100.64.0.1", "169.254.169.254", "::1", "fe80::1"].map(kind),
  ).not.toContain(undefined);
  expect(
    ["172.32.0.0/16", "172.15.0.0/16", "100.128.0.0/16", "11.0.0.0/16", "2a00::/32", "203.0.113.0/24"].map(kind),
  ).toEqual(Array(6).fill(undefined));
  expect(kind("8.0.0.0/5")).toBe("private");
});

function caseOf(stack: string, inputs: Readonly<Record<string, unknown>>): Case {
  const state = { keyId: "key_1", createdAt: at(-1), status: "active", ...inputs };
  // Some cases are not what a program may write: rules get whatever is in a state.
  return {
    inputs: state as never,
    stack,
    name: "backend",
    tags: {},
    options: { protect: false, ignoreChanges: [], additionalSecretOutputs: ["apiKey"] },
    now: NOW,
  };
}
