import * as pulumi from "@pulumi/pulumi";
import { ApiKey } from "pulumi-zkscore";

const key = new ApiKey("backend", {
  description: "Backend of the score dashboard",
  permissions: [{ resource: "scores", actions: ["read"] }],
  expiresIn: "90d",
  rotation: { every: "30d", window: "3d", overlap: "24h" },
});

// The secret goes on as an output: Pulumi encrypts it in the state of what takes it, too. On a rotation the new key is
// made first, then this is updated, and the old key goes last. `Stash` stands for your secret manager:
//
//   new aws.secretsmanager.SecretVersion("zkscore", { secretId: secret.id, secretString: key.apiKey });
//   new k8s.core.v1.Secret("zkscore", { stringData: { ZKSCORE_API_KEY: key.apiKey } });
//   new github.ActionsSecret("zkscore", { repository: "backend", secretName: "ZKSCORE_API_KEY", plaintextValue: key.apiKey });
const environment = new pulumi.Stash("backend-environment", {
  input: pulumi.interpolate`ZKSCORE_API_KEY=${key.apiKey}`,
});

// What may be shown: never the secret, but whether two places have the same one.
export const fingerprint = key.fingerprint;
export const hint = key.hint;
export const environmentFile = environment.output;
