import { RunError } from "@pulumi/pulumi/errors";
import { type Input, type Output, secret } from "@pulumi/pulumi/output";
import { CustomResource, type CustomResourceOptions, type ID } from "@pulumi/pulumi/resource";
import { KEY_TYPE } from "../domain/marker.ts";
import type { ApiKeyArgs, LifeStatus, Permission, RateLimit, RetiredKey } from "./args.ts";
import { withoutDeletedWith } from "./inherited.ts";
import { optionsInput } from "./options.ts";
import { ownership } from "./ownership.ts";
import { providerText } from "./providerText.ts";
import { refuse } from "./refuse.ts";

/**
 * A ZKScore API key: declared like any resource, created by `up`, rotated by replacement, revoked when it goes.
 * The secret, which the API shows once, is the secret output `apiKey`, encrypted in the state.
 *
 * ```ts
 * const key = new ApiKey("backend", {
 *   permissions: [{ resource: "scores", actions: ["read"], restrictions: { ipWhitelist: ["203.0.113.0/24"] } }],
 *   expiresIn: "90d",
 *   rotation: { every: "30d", window: "3d", overlap: "24h" },
 * });
 * export const secret = key.apiKey;
 * ```
 *
 * Source: page *Create API Key* of the ZKScore reference; what each change does is in the README's lifecycle table.
 */
export class ApiKey extends CustomResource {
  /** Policies match the class by this token. */
  static readonly __pulumiType: string = KEY_TYPE;

  /** The secret. Encrypted in the state; the API never shows it again. */
  declare readonly apiKey: Output<string>;
  /** The key's id in the account. Public. */
  declare readonly keyId: Output<string>;
  /** First 16 hex digits of the secret's SHA-256. */
  declare readonly fingerprint: Output<string>;
  /** Last 4 characters of the secret. */
  declare readonly hint: Output<string>;
  /** As last seen: `active`, `inactive`, `expired`, `revoked`, or `missing` (proven absent; the next `up` replaces it). */
  declare readonly status: Output<LifeStatus>;
  /** Base URL of the deployment the key lives at; all loopback addresses count as one. */
  declare readonly endpoint: Output<string>;
  /** ISO 8601, UTC. */
  declare readonly createdAt: Output<string>;
  /** The key's name in the account: `name`, or the prefix and a suffix. */
  declare readonly name: Output<string>;
  /** When the key ends by itself (ISO 8601, UTC), if ever. */
  declare readonly expiry: Output<string | undefined>;
  /** The earliest `up` after this instant rotates the key (ISO 8601, UTC). Shown only. */
  declare readonly rotateAt: Output<string | undefined>;
  /** Keys this one replaced that still live, each until its instant. */
  declare readonly previous: Output<RetiredKey[]>;
  declare readonly description: Output<string | undefined>;
  /** In canonical form: sorted, merged, lower case. */
  declare readonly permissions: Output<Permission[]>;
  declare readonly rateLimit: Output<RateLimit | undefined>;
  declare readonly metadata: Output<Record<string, unknown> | undefined>;

  /**
   * @param name the logical name, unique in the stack; also the default prefix of the key's name
   * @param args what the key may do; checked in preview, before any request
   * @param opts Pulumi's options. Refused, since this resource has better (`deletionPolicy`, `adopt`, `getApiKeys`):
   *   `retainOnDelete`, `deletedWith`, `import`, `id`, `urn`
   */
  constructor(name: string, args: ApiKeyArgs, opts: CustomResourceOptions = {}) {
    refuse(name, args, opts);
    // The SDK records a stack for each of some seventy promises a key: a quarter of a program's time. Where the program
    // declares the key is recorded apart, and stays.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      super(
        KEY_TYPE,
        name,
        {
          ...Object.fromEntries(OUTPUTS.map((output) => [output, undefined])),
          ...args,
          // From the first moment on, and as a whole: the engine marks secrets again by place, and the outputs are sorted.
          ...(args.webhooks === undefined ? {} : { webhooks: secret(args.webhooks) }),
          ...(args.adopt === undefined ? {} : { adopt: secret(args.adopt) }),
          ...optionsInput(opts),
          ownership: ownership(name, opts),
          __provider: providerText("apiKey"),
        },
        {
          ...opts,
          ...withoutDeletedWith(opts),
          // A parent's would make the engine skip `delete`, and rotation leave every old key alive. `deletionPolicy` governs.
          retainOnDelete: false,
          // What else is secret, the provider marks in each answer.
          additionalSecretOutputs: [...(opts.additionalSecretOutputs ?? []), "apiKey"],
          hideDiffs: [...(opts.hideDiffs ?? []), "internal", "ownership"],
          // The API wants unique names: with an explicit one the old key must go first, under --replace too.
          ...(args.name === undefined ? {} : { deleteBeforeReplace: true }),
        },
      );
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
    for (const output of NULLABLE) absentForNull(this, output);
  }

  /** Not available: the API shows a secret once, so a key can't be read back. Use `getApiKeys`, or `adopt`. */
  static get(name: string, _id: Input<ID>): never {
    throw new RunError(
      `${name}: ApiKey.get can't give the secret, which the API shows once; ` +
        "use getApiKeys() to look keys up, or adopt: { keyId } to manage an existing key",
    );
  }
}

/** Outputs that a key may not have. The provider sets them to null: one that is never set is unknown in every preview. */
const NULLABLE = ["description", "rateLimit", "metadata", "expiry", "rotateAt"] as const;

/** What the class promises, whether the program sets it or not: registered as undefined, so that the class has it. */
const OUTPUTS = [
  "apiKey",
  "keyId",
  "name",
  "permissions",
  "fingerprint",
  "hint",
  "status",
  "endpoint",
  "createdAt",
  "previous",
  ...NULLABLE,
];

/** The program reads what its types say: undefined, not null. Made when first read: most programs read none of them. */
function absentForNull(key: ApiKey, output: (typeof NULLABLE)[number]): void {
  const set: Output<unknown> = key[output];
  let read: Output<unknown> | undefined;
  const get = () => {
    read ??= set.apply((value) => value ?? undefined);
    return read;
  };
  Object.defineProperty(key, output, { get, enumerable: true, configurable: true });
}
