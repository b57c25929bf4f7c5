import type * as pulumi from "@pulumi/pulumi";
import { ApiKey, type Resource } from "pulumi-zkscore";

// What each service reads. A new service is a new line; a line that goes revokes its keys.
const services: Record<string, Resource[]> = {
  dashboard: ["scores", "achievements"],
  ranking: ["scores"],
  "trust-report": ["trust", "identity"],
  trading: ["trading"],
};
const environments = ["dev", "staging", "prod"];

// Twelve keys. The API has a quota of new keys a day (free 5, starter 20, professional 100): where it ends the run, the
// next day's `pulumi up` makes the rest. `window` spreads their rotation, so that they don't use up a day's quota together.
const keys: Record<string, pulumi.Output<string>> = {};
for (const environment of environments) {
  for (const [service, resources] of Object.entries(services)) {
    const name = `${environment}-${service}`;
    const key = new ApiKey(name, {
      description: `${service} in ${environment}`,
      permissions: resources.map((resource) => ({ resource, actions: ["read" as const] })),
      metadata: { owner: "platform", service, environment },
      expiresIn: "90d",
      rotation: { every: "30d", window: "7d", overlap: "2d" },
    });
    keys[name] = key.apiKey;
  }
}

export const apiKeys = keys;
