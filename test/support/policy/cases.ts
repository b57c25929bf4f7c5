import fc from "fast-check";
import { EXAMPLE_NOW } from "../../../policy/docs/example.ts";
import { API_KEY_TYPE } from "../../../policy/key/disguise.ts";
import { readKey } from "../../../policy/key/view.ts";
import type { Finding, Rule, Subject } from "../../../policy/rule.ts";
import { defaultsOf } from "../../../policy/sdk/runtime.ts";
import { detectEnvironment, ENVIRONMENT_WORDS } from "../../../policy/settings/environment.ts";
import { ACTIONS, RESOURCES } from "../../../provider/domain/vocabulary.ts";

export const NOW = Date.parse(EXAMPLE_NOW);
export const DAY = 86_400_000;

/** A key of a random program with its surroundings, before it is read. */
export interface Case {
  inputs: Inputs;
  stack: string;
  name: string;
  tags: Record<string, string>;
  options: { protect: boolean; ignoreChanges: string[]; additionalSecretOutputs: string[] };
  now: number;
}

export interface Inputs {
  name?: string;
  namePrefix?: string;
  description?: string;
  permissions: Permission[];
  rateLimit?: Partial<Record<"requestsPerMinute" | "requestsPerHour" | "requestsPerDay" | "burstLimit", number>>;
  expiry?: string;
  expiresIn?: string;
  webhooks?: Webhook[];
  metadata?: Record<string, string>;
  rotation?: { every?: string; window?: string; overlap?: string };
  deletionPolicy?: string;
  keyId?: string;
  createdAt?: string;
  status?: string;
  ownership?: { identity?: string; owner: string };
}
export interface Permission {
  resource: string;
  actions: string[];
  restrictions?: { identities?: string[]; chains?: string[]; ipWhitelist?: string[] };
}
export interface Webhook {
  url: string;
  events: string[];
  secret?: string;
}

/** What the pack would hand to a rule. */
export function subjectOf(definition: Rule, c: Case): Subject {
  const tags = new Map(Object.entries(c.tags));
  const settings = { environment: "", environmentTag: "environment", environmentWords: {}, productionByDefault: false };
  return {
    key: readKey(c.inputs),
    urn: `urn:pulumi:${c.stack}::app::pulumi-nodejs:dynamic/zkscore:ApiKey::${c.name}`,
    type: API_KEY_TYPE,
    fromState: false,
    name: c.name,
    stack: c.stack,
    options: c.options,
    environment: detectEnvironment(settings, tags, c.stack),
    environmentWords: ENVIRONMENT_WORDS,
    tags,
    params: defaultsOf(definition.parameters),
    now: c.now,
    ci: true,
    plan: "starter",
  };
}

/** All that a policy finds without asking the account. */
export function findingsOf(definition: Rule, c: Case): Finding[] {
  const subject = subjectOf(definition, c);
  return [...(definition.resource?.(subject) ?? []), ...(definition.stack?.([subject]) ?? [])];
}

const some = <T>(values: readonly [T, ...T[]]) => fc.constantFrom(...values);
const durations = some(["1h", "24h", "3d", "7d", "8d", "21d", "30d", "31d", "60d", "90d", "91d", "365d"]);
const word = some(["backend", "prod-app", "stagingApp", "dev_key", "Reader", "nonprod-x", "x"]);
const ipv4 = fc
  .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 32 }))
  .map(([a, b, prefix]) => block4(a * 2 ** 24 + b * 2 ** 16, prefix));
const ipv6 = fc
  .tuple(some(["2001:db8:", "2a00:1450:", "fc00:", "fe80:"]), some([32, 48, 64, 128]))
  .map(([head, prefix]) => `${head}:/${prefix}`);
export const block = fc.oneof({ weight: 4, arbitrary: ipv4 }, { weight: 1, arbitrary: ipv6 });

export const permission: fc.Arbitrary<Permission> = fc.record(
  {
    resource: fc.constantFrom(...RESOURCES),
    actions: fc.uniqueArray(fc.constantFrom(...ACTIONS), { minLength: 1 }),
    restrictions: fc.record(
      {
        identities: fc.constant(["acme.zks"]),
        chains: fc.constant(["998899"]),
        ipWhitelist: fc.array(block, { minLength: 1, maxLength: 4 }),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ["resource", "actions"] },
);

const secretText = fc.oneof(
  some(["short", "0123456789abcdef0123456789abcdef"]),
  fc.string({ minLength: 1, maxLength: 40 }),
);
export const webhook: fc.Arbitrary<Webhook> = fc.record(
  {
    url: some([
      "https://hooks.acme.example/a",
      "http://hooks.acme.example/a",
      "https://10.0.0.1/x",
      "https://localhost/x",
      "https://u:p@hooks.acme.example/",
      "https://hooks.acme.example/?token=1",
      "https://metadata.google.internal/",
      "not a url",
    ]),
    events: fc.constant(["score.updated"]),
    secret: secretText,
  },
  { requiredKeys: ["url", "events"] },
);

const rates = some([1, 60, 300, 301, 1000, 3600, 18_001, 100_000, 10_000_000]);
const instant = fc.integer({ min: -100, max: 500 }).map((days) => new Date(NOW + days * DAY).toISOString());
const optional = { requiredKeys: [] as never[] };

/** One of the two ends, or none: left to chance, a key without an end hardly ever comes. */
const life = fc.oneof(
  instant.map((expiry) => ({ expiry })),
  durations.map((expiresIn) => ({ expiresIn })),
  fc.constant({}),
);

const fields = fc.record(
  {
    name: word,
    namePrefix: word,
    description: some(["", "what it does"]),
    permissions: fc.array(permission, { minLength: 1, maxLength: 4 }),
    rateLimit: fc.record(
      { requestsPerMinute: rates, requestsPerHour: rates, requestsPerDay: rates, burstLimit: rates },
      optional,
    ),
    webhooks: fc.array(webhook, { maxLength: 3 }),
    metadata: fc.record(
      { owner: some(["", "team"]), purpose: some(["", "use"]), environment: some(["prod", "dev"]) },
      optional,
    ),
    rotation: fc.record({ every: durations, window: durations, overlap: durations }, optional),
    deletionPolicy: some(["revoke", "retain", "prevent"]),
    keyId: fc.constant("key_1"),
    createdAt: fc.integer({ min: 0, max: 200 }).map((days) => new Date(NOW - days * DAY).toISOString()),
    status: some(["active", "revoked"]),
    ownership: fc.constant({ identity: "i", owner: "another one's" }),
  },
  { requiredKeys: ["permissions", "keyId", "createdAt"] },
);

const inputs: fc.Arbitrary<Inputs> = fc.tuple(fields, life).map(([given, end]) => ({ ...given, ...end }));

export const anyCase: fc.Arbitrary<Case> = fc.record({
  inputs,
  stack: some(["acme-prod", "acme-dev", "acme-staging", "main"]),
  name: word,
  tags: fc.record({ environment: some(["prod", "dev"]), owner: fc.constant("team-tag") }, optional),
  options: fc.record({
    protect: fc.boolean(),
    ignoreChanges: fc.subarray(["permissions", "expiry", "*", "description", "permissions[0].restrictions"]),
    additionalSecretOutputs: fc.subarray(["apiKey", "webhooks"]),
  }),
  now: fc.constant(NOW),
});

/** The block `bits/prefix` with the bits beyond the prefix cleared. */
export function block4(bits: number, prefix: number): string {
  const size = 2 ** (32 - prefix);
  const first = Math.floor(bits / size) * size;
  return `${[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join(".")}/${prefix}`;
}
