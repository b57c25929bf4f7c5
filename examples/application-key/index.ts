import { ApiKey } from "pulumi-zkscore";

// One key for one application. Least privilege: it may read scores and achievements, and nothing else.
const backend = new ApiKey("backend", {
  description: "Backend of the score dashboard",
  permissions: [
    { resource: "scores", actions: ["read"] },
    { resource: "achievements", actions: ["read"] },
  ],
  rateLimit: { requestsPerMinute: 60, burstLimit: 10 },
  metadata: { owner: "team-web", purpose: "dashboard" },
  expiresIn: "90d",
});

// The secret output. Pulumi keeps it encrypted; `pulumi stack output backendKey --show-secrets` shows it.
export const backendKey = backend.apiKey;
export const backendKeyId = backend.keyId;
