import * as pulumi from "@pulumi/pulumi";

// `pulumi config set keys acme/use-the-secret/dev`; on a backend of one's own (file, S3, …) the organization is `organization`.
const keys = new pulumi.StackReference(new pulumi.Config().require("keys"));

// A secret output there is a secret here. It is what the other stack had at this stack's last `up`: until the next one
// this application goes on with the old key, which therefore needs `rotation.overlap`.
export const apiKey = keys.requireOutput("backendKey");
export const fingerprint = keys.requireOutput("fingerprint");
