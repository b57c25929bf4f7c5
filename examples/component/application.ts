import * as pulumi from "@pulumi/pulumi";
import { ApiKey, type PermissionArgs } from "pulumi-zkscore";

// What the company has decided, once: where requests come from, and how long a key lives.
const network = ["203.0.113.0/24"];
const rules = {
  dev: { requestsPerMinute: 60, deletionPolicy: "revoke" },
  staging: { requestsPerMinute: 60, deletionPolicy: "revoke" },
  prod: { requestsPerMinute: 600, deletionPolicy: "prevent" },
} as const;

/** What an application says about itself. */
export interface ApplicationArgs {
  /** The team that answers for it. */
  owner: string;
  /** What it needs the API for. */
  purpose: string;
  permissions: PermissionArgs[];
}

/** An application's key in this stack's environment: `prod-dashboard` in the stack `prod`. */
export class Application extends pulumi.ComponentResource {
  /** The secret. */
  readonly apiKey: pulumi.Output<string>;
  readonly keyId: pulumi.Output<string>;

  constructor(
    name: string,
    { owner, purpose, permissions }: ApplicationArgs,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super("acme:zkscore:Application", name, {}, options);
    const environment = pulumi.getStack();
    if (environment !== "dev" && environment !== "staging" && environment !== "prod") {
      throw new pulumi.RunError(`stack "${environment}": name it dev, staging or prod`);
    }
    const { requestsPerMinute, deletionPolicy } = rules[environment];
    const key = new ApiKey(
      `${environment}-${name}`,
      {
        description: `${purpose} (${environment})`,
        permissions: permissions.map(({ restrictions, ...grant }) => ({
          ...grant,
          restrictions: pulumi.output(restrictions).apply((given) => ({ ...given, ipWhitelist: network })),
        })),
        rateLimit: { requestsPerMinute },
        metadata: { owner, purpose, environment },
        expiresIn: "30d",
        rotation: { every: "21d", window: "2d", overlap: "24h" },
        deletionPolicy,
      },
      { parent: this }, // so that the component is part of the key's URN
    );
    this.apiKey = key.apiKey;
    this.keyId = key.keyId;
    this.registerOutputs({ apiKey: key.apiKey, keyId: key.keyId });
  }
}
