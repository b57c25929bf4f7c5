import * as pulumi from "@pulumi/pulumi";
import { ApiKey } from "pulumi-zkscore";

// What the pipelines beside this file run: github/*.yml or gitlab-ci.yml. docs/ci.md says what to copy and what to set.
const backend = new ApiKey("backend", {
  description: "Reads scores for the web back end",
  permissions: [{ resource: "scores", actions: ["read"], restrictions: { ipWhitelist: ["203.0.113.0/24"] } }],
  rateLimit: { requestsPerMinute: 60 },
  metadata: { owner: "team-scores", purpose: "score badges" },
  // The pipeline that rotates runs every day, so more often than the overlap ends.
  rotation: { every: "21d", window: "2d", overlap: "2d" },
  expiresIn: "30d",
  deletionPolicy: pulumi.getStack() === "prod" ? "prevent" : "revoke",
});

export const backendKey = backend.apiKey;
