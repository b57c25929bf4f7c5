import type { UpdateRequest } from "../../provider/domain/wire.ts";

/** One managed field of a key: how a program sets it, changes it and removes it, and what follows. */
export interface FieldCase {
  /** Arguments beside the permissions, as TypeScript text. */
  before: string;
  after: string;
  /** Replaces the permissions of all three programs. */
  permissions?: { before: string; after: string };
  /** What the change does: a new key in both modes, a PATCH where there is one, or nothing on the server. */
  change: "replaces" | "patches" | "local";
  /** What removing the field does. Default: the same. `nothing`: the key keeps what it has. */
  removal?: "replaces" | "patches" | "local" | "nothing";
  /** What the server must hold after the change: a part of the operator's view of the key. */
  becomes?: object;
  /** What the server must hold after the removal. */
  without?: object;
  /** How someone changes it out of band; the repair must bring back what the server held before. */
  drift?: UpdateRequest;
}

const READ = `permissions: [{ resource: "scores", actions: ["read"] }]`;
const hook = (url: string, event: string, secret: string) =>
  `webhooks: [{ url: "https://${url}/zk", events: ["${event}"], secret: "${secret}" }]`;
const rotation = (text: string) => `rotation: { ${text} }`;

/** Every field of `ApiKeyArgs`, a key each. `adopt` and `rotation.compromised` make keys of their own and have their own tests. */
export const FIELD_CASES: Readonly<Record<string, FieldCase>> = {
  name: {
    before: `name: "name-one"`,
    after: `name: "name-two"`,
    change: "patches",
    removal: "nothing",
    becomes: { name: "name-two" },
    drift: { name: "taken-elsewhere" },
  },
  namePrefix: {
    before: `namePrefix: "alpha"`,
    after: `namePrefix: "beta"`,
    change: "patches",
    removal: "nothing",
    becomes: { name: expectPrefix("beta") },
    drift: { name: "renamed" },
  },
  description: {
    before: `description: "one"`,
    after: `description: "two"`,
    change: "patches",
    becomes: { description: "two" },
    without: {},
    drift: { description: "three" },
  },
  actions: {
    before: "",
    after: "",
    permissions: {
      before: READ,
      after: `permissions: [{ resource: "scores", actions: ["write", "read"] }, { resource: "trust", actions: ["read"] }]`,
    },
    change: "patches",
    becomes: {
      permissions: [
        { resource: "scores", actions: ["read", "write"] },
        { resource: "trust", actions: ["read"] },
      ],
    },
    drift: { permissions: [{ resource: "all", actions: ["all"] }] },
  },
  restrictions: {
    before: "",
    after: "",
    permissions: {
      before: `permissions: [{ resource: "scores", actions: ["read"], restrictions: { ipWhitelist: ["203.0.113.0/24"] } }]`,
      after: `permissions: [{ resource: "scores", actions: ["read"], restrictions: { ipWhitelist: ["2001:DB8::/32"], chains: [998899], identities: ["Alice.zks"] } }]`,
    },
    change: "patches",
    becomes: {
      permissions: [
        {
          resource: "scores",
          actions: ["read"],
          restrictions: { ipWhitelist: ["2001:db8::/32"], chains: ["998899"], identities: ["alice.zks"] },
        },
      ],
    },
    drift: { permissions: [{ resource: "scores", actions: ["read"] }] },
  },
  rateLimit: {
    before: "rateLimit: { requestsPerMinute: 60, burstLimit: 10 }",
    after: "rateLimit: { requestsPerMinute: 30, requestsPerHour: 900, requestsPerDay: 9_000 }",
    change: "patches",
    // A PATCH can't take a limit back.
    removal: "replaces",
    becomes: { rateLimit: { requestsPerMinute: 30, requestsPerHour: 900, requestsPerDay: 9_000 } },
    without: { rateLimit: undefined },
    drift: { rateLimit: { requestsPerMinute: 6_000, burstLimit: 10 } },
  },
  expiry: {
    before: `expiry: "2099-01-31T00:00:00+01:00"`,
    after: `expiry: "2099-06-30T00:00:00Z"`,
    change: "replaces",
    becomes: { expiry: "2099-06-30T00:00:00Z" },
    without: { expiry: undefined },
  },
  expiresIn: {
    before: `expiresIn: "90d"`,
    after: `expiresIn: "3000d"`,
    change: "replaces",
    without: { expiry: undefined },
  },
  webhookUrl: {
    before: hook("one.example.com", "score.updated", "s"),
    after: hook("two.example.com", "score.updated", "s"),
    change: "patches",
    becomes: { webhooks: [{ url: "https://two.example.com/zk" }] },
    without: { webhooks: [] },
    drift: { webhooks: [{ url: "https://evil.example.com/zk", events: ["score.updated"] }] },
  },
  webhookEvents: {
    before: hook("one.example.com", "score.updated", "s"),
    after: hook("one.example.com", "identity.minted", "s"),
    change: "patches",
    becomes: { webhooks: [{ events: ["identity.minted"] }] },
    without: { webhooks: [] },
    drift: { webhooks: [] },
  },
  webhookSecret: {
    before: hook("one.example.com", "score.updated", "first"),
    after: hook("one.example.com", "score.updated", "second"),
    change: "patches",
    without: { webhooks: [] },
  },
  metadata: {
    before: `metadata: { team: "risk", tags: ["a", "b"], depth: { n: 1 } }`,
    after: `metadata: { team: "growth", depth: { n: 2 } }`,
    change: "patches",
    becomes: { metadata: { team: "growth", depth: { n: 2 } } },
    without: { metadata: {} },
    drift: { metadata: { team: "someone", tags: ["a", "b"], depth: { n: 1 } } },
  },
  rotationEvery: {
    before: rotation(`every: "30d"`),
    after: rotation(`every: "60d", window: "3d", overlap: "24h"`),
    change: "local",
  },
  rotationTrigger: {
    before: rotation(`trigger: "v1"`),
    after: rotation(`trigger: { release: 2 }`),
    change: "replaces",
    removal: "local",
  },
  deletionPolicy: { before: `deletionPolicy: "prevent"`, after: `deletionPolicy: "retain"`, change: "local" },
};

/** A program that declares a key for each case that `filter` takes, at one of the three stages. */
export function fieldProgram(stage: "before" | "after" | "removed", filter: (one: FieldCase) => boolean = () => true) {
  const keys = Object.entries(FIELD_CASES).filter(([, one]) => filter(one));
  const lines = keys.map(([name, one]) => {
    const permissions = one.permissions?.[stage === "before" ? "before" : "after"] ?? READ;
    const fields = stage === "removed" ? [permissions] : [permissions, one[stage]];
    return `new ApiKey("${name}", { ${fields.filter((text) => text !== "").join(", ")} });`;
  });
  return `import { ApiKey } from "pulumi-zkscore";\n${lines.join("\n")}\n`;
}

function expectPrefix(prefix: string): unknown {
  return { asymmetricMatch: (name: unknown) => typeof name === "string" && name.startsWith(`${prefix}-`) };
}
