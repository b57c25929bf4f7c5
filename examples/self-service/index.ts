import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { ApiKey } from "pulumi-zkscore";
import { parseRequest, stackOf } from "./request.ts";

// What the company has decided, for every request.
const network = ["203.0.113.0/24"];
const requestsPerMinute = { dev: 60, staging: 60, prod: 600 };

const stack = pulumi.getStack();
const request = parseRequest(readFileSync(`requests/${stack}.json`, "utf8"));
if (stackOf(request) !== stack) throw new pulumi.RunError(`requests/${stack}.json is about ${stackOf(request)}`);

const { team, environment, purpose, permissions } = request;
const key = new ApiKey(stack, {
  description: `${purpose} (${environment})`,
  permissions: permissions.map(({ restrictions = {}, ...grant }) => {
    const { identities, chains } = restrictions;
    return {
      ...grant,
      restrictions: { ipWhitelist: network, ...(identities && { identities }), ...(chains && { chains }) },
    };
  }),
  rateLimit: { requestsPerMinute: requestsPerMinute[environment] },
  metadata: { owner: team, purpose, environment },
  expiresIn: "30d",
  rotation: { every: "21d", window: "2d", overlap: "24h" },
  deletionPolicy: environment === "prod" ? "prevent" : "revoke",
});

export const apiKey = key.apiKey;
export const keyId = key.keyId;
export const fingerprint = key.fingerprint;
