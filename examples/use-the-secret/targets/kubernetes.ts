import * as kubernetes from "@pulumi/kubernetes";
import { ApiKey } from "pulumi-zkscore";

const key = new ApiKey("backend", {
  description: "Backend of the score dashboard",
  permissions: [{ resource: "scores", actions: ["read"] }],
  expiresIn: "90d",
  rotation: { every: "30d", window: "3d", overlap: "24h" },
});

// Pulumi names the Secret, and a rotation makes another one. So the pods below are rolled over to it, which `up` waits for;
// then the old Secret goes, and the old key at the end of its overlap.
const secret = new kubernetes.core.v1.Secret("zkscore", { stringData: { "api-key": key.apiKey } });

const labels = { app: "backend" };
const backend = new kubernetes.apps.v1.Deployment("backend", {
  spec: {
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        containers: [
          {
            name: "backend",
            image: "registry.example.com/backend:1",
            // A file, not a variable: variables show in crash reports and reach child processes.
            env: [{ name: "ZKSCORE_API_KEY_FILE", value: "/run/secrets/zkscore/api-key" }],
            volumeMounts: [{ name: "zkscore", mountPath: "/run/secrets/zkscore", readOnly: true }],
          },
        ],
        volumes: [{ name: "zkscore", secret: { secretName: secret.metadata.name } }],
      },
    },
  },
});

export const deployment = backend.metadata.name;
export const secretName = secret.metadata.name;
