import * as aws from "@pulumi/aws";
import { ApiKey } from "pulumi-zkscore";

const key = new ApiKey("backend", {
  description: "Backend of the score dashboard",
  permissions: [{ resource: "scores", actions: ["read"] }],
  expiresIn: "90d",
  rotation: { every: "30d", window: "3d", overlap: "24h" },
});

// A rotation makes a new version. Whoever asks by the ARN gets it, as soon as his cache lets him (AWS's own: up to an hour).
const secret = new aws.secretsmanager.Secret("zkscore", {
  description: "ZKScore key of the score dashboard's backend",
});
const version = new aws.secretsmanager.SecretVersion("zkscore", { secretId: secret.id, secretString: key.apiKey });

export const secretArn = secret.arn;
export const versionId = version.versionId;
