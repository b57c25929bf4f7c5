import { COMPLIANT } from "../../../policy/docs/example.ts";
import { ownerOf } from "../../../provider/domain/marker.ts";
import { type Given, urnOf } from "./rpc.ts";

/** What the constructor makes of a place. */
export function ownershipOf(given: Given, identity = "identity-1") {
  const { stack = "acme-prod", name = "backend" } = given;
  return { owner: ownerOf(identity, urnOf(given)), identity, project: "app", stack, name };
}

/** A compliant production key in which every field is set, so that each can be taken away. */
export const FULL: Readonly<Record<string, unknown>> = {
  ...COMPLIANT,
  permissions: [
    {
      resource: "scores",
      actions: ["read"],
      restrictions: { identities: ["acme.zks"], chains: ["998899"], ipWhitelist: ["203.0.113.0/24"] },
    },
  ],
  rateLimit: { requestsPerMinute: 60, requestsPerHour: 3600, requestsPerDay: 80_000, burstLimit: 60 },
  webhooks: [
    {
      url: "https://hooks.acme.example/zkscore",
      events: ["score.updated"],
      secret: "0123456789abcdef0123456789abcdef",
    },
  ],
  ownership: ownershipOf({}),
};

/** A key that every resource policy refuses in production. */
export const VIOLATING: Readonly<Record<string, unknown>> = {
  namePrefix: "Backend Staging!",
  permissions: [
    { resource: "all", actions: ["all"] },
    { resource: "scores", actions: ["write"], restrictions: { ipWhitelist: ["10.0.0.0/8"] } },
  ],
  rateLimit: { requestsPerMinute: 5000, requestsPerHour: 9_000_000, burstLimit: 90_000 },
  expiry: "2030-01-01T00:00:00Z",
  webhooks: [
    { url: "http://169.254.169.254/latest?token=x", events: ["score.updated"] },
    { url: "https://user:pass@localhost/hook", events: ["score.updated"], secret: "short" },
  ],
  rotation: { every: "365d", window: "400d", overlap: "30d" },
  deletionPolicy: "revoke",
};

/** Every path that can be unknown in a preview, branches and leaves. */
export const PATHS: readonly string[] = [
  "name",
  "namePrefix",
  "description",
  "permissions",
  "permissions[0]",
  "permissions[0].resource",
  "permissions[0].actions",
  "permissions[0].actions[0]",
  "permissions[0].restrictions",
  "permissions[0].restrictions.identities",
  "permissions[0].restrictions.identities[0]",
  "permissions[0].restrictions.chains",
  "permissions[0].restrictions.chains[0]",
  "permissions[0].restrictions.ipWhitelist",
  "permissions[0].restrictions.ipWhitelist[0]",
  "rateLimit",
  "rateLimit.requestsPerMinute",
  "rateLimit.requestsPerHour",
  "rateLimit.requestsPerDay",
  "rateLimit.burstLimit",
  "expiry",
  "expiresIn",
  "webhooks",
  "webhooks[0]",
  "webhooks[0].url",
  "webhooks[0].events",
  "webhooks[0].secret",
  "metadata",
  "metadata.owner",
  "metadata.purpose",
  "metadata.environment",
  "rotation",
  "rotation.every",
  "rotation.window",
  "rotation.overlap",
  "rotation.trigger",
  "deletionPolicy",
  "adopt",
  "ownership",
  "ownership.owner",
];
