import * as pulumi from "@pulumi/pulumi";
import { ApiKey } from "pulumi-zkscore";

// Two applications in three environments, one key each. Every key may do what its application does, and nothing else.
const environments = ["dev", "staging", "prod"] as const;
const chains = { dev: "998899", staging: "998899", prod: "1" };

const webhookSecret = new pulumi.Config().requireSecret("webhookSecret");

// A key lives 90 days and is replaced every 27 to 30. The old one goes on for a day, so that nobody is cut off.
const lifetime = { expiresIn: "90d", rotation: { every: "30d", window: "3d", overlap: "24h" } };

const secrets: Record<string, pulumi.Output<string>> = {};

for (const environment of environments) {
  const production = environment === "prod";

  // The dashboard shows scores and achievements.
  const dashboard = new ApiKey(`${environment}-dashboard`, {
    description: `Shows scores (${environment})`,
    permissions: [
      { resource: "scores", actions: ["read"] },
      { resource: "achievements", actions: ["read"] },
    ],
    rateLimit: { requestsPerMinute: production ? 600 : 60 },
    metadata: { owner: "team-web", purpose: "dashboard", environment },
    // In production it is told when a score changes.
    ...(production && {
      webhooks: [{ url: "https://hooks.example.com/zkscore", events: ["score.updated"], secret: webhookSecret }],
    }),
    ...lifetime,
  });

  // The issuer writes attestations, as one identity, on one chain; in production from the office's network only.
  const issuer = new ApiKey(`${environment}-issuer`, {
    description: `Issues attestations (${environment})`,
    permissions: [
      {
        resource: "attestations",
        actions: ["read", "write"],
        restrictions: {
          identities: ["issuer.zks"],
          chains: [chains[environment]],
          ...(production && { ipWhitelist: ["203.0.113.0/24"] }),
        },
      },
    ],
    rateLimit: { requestsPerMinute: 30 },
    metadata: { owner: "team-trust", purpose: "attestations", environment },
    ...lifetime,
  });

  secrets[`${environment}-dashboard`] = dashboard.apiKey;
  secrets[`${environment}-issuer`] = issuer.apiKey;
}

/** The secrets, for the applications. Pulumi keeps them encrypted and shows `[secret]`. */
export const apiKeys = secrets;
