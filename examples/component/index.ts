import { Application } from "./application.ts";

// One stack for each environment, one key for each application in it. What both have in common is in application.ts.
const dashboard = new Application("dashboard", {
  owner: "team-web",
  purpose: "shows scores",
  permissions: [{ resource: "scores", actions: ["read"] }],
});

const issuer = new Application("issuer", {
  owner: "team-trust",
  purpose: "issues attestations",
  permissions: [{ resource: "attestations", actions: ["read", "write"], restrictions: { identities: ["issuer.zks"] } }],
});

export const apiKeys = { dashboard: dashboard.apiKey, issuer: issuer.apiKey };
