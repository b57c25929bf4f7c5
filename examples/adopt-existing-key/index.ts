import * as pulumi from "@pulumi/pulumi";
import { ApiKey } from "pulumi-zkscore";

const config = new pulumi.Config();
// `npx zkscore-keys list` shows the ids. An id is no secret.
const known = config.require("knownKeyId");
const lost = config.require("lostKeyId");

// A key whose secret you still have: no new key is made. Declare what it has now; change it afterwards.
// `pulumi config set --secret knownKeySecret`. While `adopt` is declared, `destroy` lets the key live (`retain`).
const dashboard = new ApiKey("dashboard", {
  permissions: [{ resource: "scores", actions: ["read"] }],
  adopt: { keyId: known, apiKey: config.requireSecret("knownKeySecret") },
});

// A key whose secret nobody can give to Pulumi, as most: the API shows it once. A new key is made, and the old one lives
// for another week, so that its users can move over. The first `up` after that revokes it.
const ranking = new ApiKey("ranking", {
  permissions: [{ resource: "scores", actions: ["read"] }],
  adopt: { keyId: lost },
  rotation: { every: "90d", overlap: "7d" },
  deletionPolicy: "revoke", // the new key is ours alone
});

export const dashboardKey = dashboard.apiKey;
export const rankingKey = ranking.apiKey;
export const stillAlive = ranking.previous;
