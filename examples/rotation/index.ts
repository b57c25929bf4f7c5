import * as pulumi from "@pulumi/pulumi";
import { ApiKey } from "pulumi-zkscore";

// From the 27th to the 30th day of its life, the next `pulumi up` replaces the key: the new one is made, whoever uses it
// is updated, and the old one lives on for two days. Nothing rotates unless `up` runs: ../ci/github/rotate.yml does every day.
const config = new pulumi.Config();
const backend = new ApiKey("backend", {
  description: "Backend of the score dashboard",
  permissions: [{ resource: "scores", actions: ["read"] }],
  rotation: {
    every: "30d",
    window: "3d",
    overlap: "2d",
    trigger: config.get("rotate"), // `pulumi config set rotate 2` replaces it now, with the overlap
    compromised: config.get("compromised"), // `pulumi config set compromised 2027-03-01` replaces it now and ends the old one at once
  },
  // The backstop: if no `up` ever runs again, the key ends by itself. Later than every + overlap.
  expiresIn: "45d",
});

export const backendKey = backend.apiKey;
export const rotatesAfter = backend.rotateAt;
export const retired = backend.previous;
