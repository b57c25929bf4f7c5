import * as pulumi from "@pulumi/pulumi";
import { ApiKey } from "pulumi-zkscore";

const config = new pulumi.Config();
const key = new ApiKey("backend", {
  description: "Backend of the score dashboard",
  permissions: [{ resource: "scores", actions: ["read"] }],
  expiresIn: "90d",
  // Two days: longer than whoever takes the secret from here needs, up to the last instance that runs with it.
  rotation: { every: "30d", window: "3d", overlap: "2d", trigger: config.get("rotate") },
});

// A secret output: encrypted in the state, and in the state of whoever takes it. consumer/ does, as a stack of its own;
// targets/ has the same key with a resource of Kubernetes, GitHub or AWS that takes the secret within the program.
export const backendKey = key.apiKey;

// What may be shown: never the secret, but whether two places have the same one.
export const fingerprint = key.fingerprint;
export const hint = key.hint;
