import * as pulumi from "@pulumi/pulumi";
import { ApiKey } from "pulumi-zkscore";

// `pulumi config set --secret webhookSecret "$(openssl rand -hex 32)"`
// Deliveries are signed with it: the header is `sha256=` and the HMAC-SHA256 of the body, in hex.
const config = new pulumi.Config();
const secret = config.requireSecret("webhookSecret");

const notifier = new ApiKey("notifier", {
  description: "Tells the ranking service when a score changes",
  permissions: [{ resource: "scores", actions: ["read"] }],
  webhooks: [
    {
      url: config.get("webhookUrl") ?? "https://hooks.example.com/zkscore", // where receiver.ts listens
      events: ["score.updated", "score.calculated"],
      secret,
    },
  ],
  metadata: { owner: "team-ranking", purpose: "score updates" },
  expiresIn: "90d",
});

export const notifierKey = notifier.apiKey;
