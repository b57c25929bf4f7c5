import * as pulumi from "@pulumi/pulumi";
import { ApiKey } from "pulumi-zkscore";

// A key for a partner who takes a new one by hand: no rotation, so it ends by itself, and somebody has to be told in time.
const partner = new ApiKey("partner", {
  description: "Reads scores for the partner's site",
  permissions: [{ resource: "scores", actions: ["read"] }],
  metadata: { owner: "team-partners", purpose: "partner site" },
  expiresIn: new pulumi.Config().get("life") ?? "10d",
});

export const partnerKey = partner.apiKey;
