import * as pulumi from "@pulumi/pulumi";
import { ApiKey } from "pulumi-zkscore";

const config = new pulumi.Config();
const application = config.get("application") ?? "backend";

const key = new ApiKey(`${pulumi.getStack()}-${application}`, {
  description: `The key of ${application}`,
  // What it may do, and nothing else. Add `restrictions: { ipWhitelist: ["203.0.113.0/24"] }` with your own network.
  permissions: [{ resource: "scores", actions: ["read"] }],
  rateLimit: { requestsPerMinute: config.getNumber("requestsPerMinute") ?? 60 },
  metadata: { owner: "team-name", purpose: application },
  // Due every 21 days, up to 2 earlier: the next `up` then makes a new key, and the old one works for a day more.
  rotation: { every: "21d", window: "2d", overlap: "24h", trigger: config.get("rotate") },
  expiresIn: "30d", // the backstop, if no `up` ever runs again
});

/** The secret: `pulumi stack output apiKey --show-secrets`. Better, hand it on in this program. */
export const apiKey = key.apiKey;
export const keyId = key.keyId;
export const rotateAt = key.rotateAt;
