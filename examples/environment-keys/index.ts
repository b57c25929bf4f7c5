import * as pulumi from "@pulumi/pulumi";
import { ApiKey } from "pulumi-zkscore";

// One stack for each environment: `pulumi stack init dev`, `… staging`, `… prod`. Each has a key and a state of its own, so
// a leaked dev key opens nothing in production, and whoever may deploy dev never sees the production secret.
const settings = {
  dev: { actions: ["read", "write"], requestsPerMinute: 60, deletionPolicy: "revoke" },
  staging: { actions: ["read", "write"], requestsPerMinute: 60, deletionPolicy: "revoke" },
  prod: { actions: ["read"], requestsPerMinute: 600, deletionPolicy: "prevent" },
} as const;

const environment = pulumi.getStack();
if (environment !== "dev" && environment !== "staging" && environment !== "prod") {
  throw new pulumi.RunError(`stack "${environment}": name it dev, staging or prod`);
}
const { actions, requestsPerMinute, deletionPolicy } = settings[environment];

// Named `dev-app`, `staging-app`, `prod-app` and a suffix.
const app = new ApiKey(`${environment}-app`, {
  description: `The app in ${environment}`,
  permissions: [{ resource: "scores", actions: [...actions] }],
  rateLimit: { requestsPerMinute },
  metadata: { owner: "team-app", environment },
  expiresIn: "90d",
  rotation: { every: "30d", overlap: "24h" },
  deletionPolicy, // in prod, removing it from the program is refused
});

export const appKey = app.apiKey;
