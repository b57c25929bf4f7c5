import * as github from "@pulumi/github";
import { ApiKey } from "pulumi-zkscore";

const key = new ApiKey("backend", {
  description: "Backend of the score dashboard",
  permissions: [{ resource: "scores", actions: ["read"] }],
  expiresIn: "90d",
  rotation: { every: "30d", window: "3d", overlap: "24h" },
});

// A job reads its secrets when it starts: one that runs during a rotation goes on with the old key, in its overlap.
const secret = new github.ActionsSecret("zkscore", {
  repository: "dashboard",
  secretName: "ZKSCORE_API_KEY",
  value: key.apiKey,
});

export const secretName = secret.secretName;
