import type { Input } from "@pulumi/pulumi/output";
import type { Action, Resource } from "../domain/vocabulary.ts";

export type { LifeStatus, Permission, RateLimit, Retired as RetiredKey } from "../domain/inputs.ts";

/** One grant: what may be done with which resource, and optionally to whom, where and from where. */
export interface PermissionArgs {
  /** `identity`, `scores`, `achievements`, `trading`, `trust`, `attestations`, or `all`. */
  resource: Input<Resource>;
  /** At least one of `read`, `write`, `delete`, `all`. */
  actions: Input<Input<Action>[]>;
  /** Absent = unrestricted. */
  restrictions?: Input<RestrictionsArgs>;
}

/** Each list confines the grant. A list that is set must not be empty. */
export interface RestrictionsArgs {
  /** Identities such as `alice.zks`. */
  identities?: Input<Input<string>[]>;
  /** Chain ids or names, such as `998899`. */
  chains?: Input<Input<string | number>[]>;
  /** IPv4 or IPv6 addresses or CIDR blocks (format assumed: the reference shows none). */
  ipWhitelist?: Input<Input<string>[]>;
}

/** Requests allowed. Whole numbers from 1; a field left out is the server's default. */
export interface RateLimitArgs {
  requestsPerMinute?: Input<number>;
  requestsPerHour?: Input<number>;
  requestsPerDay?: Input<number>;
  /** At most `requestsPerMinute`. */
  burstLimit?: Input<number>;
}

/** A receiver of events. */
export interface WebhookArgs {
  /** Absolute http(s) URL. The API refuses one it can't reach. */
  url: Input<string>;
  /** Such as `score.updated`. One the reference doesn't list is a warning: its pages disagree. */
  events: Input<Input<string>[]>;
  /** Signs deliveries: `sha256=` HMAC-SHA256 of the body. Kept as a secret. The API never shows it, so its drift is invisible. */
  secret?: Input<string>;
}

/** When a key is replaced by a new one. Nothing rotates unless `up` runs: schedule it. Durations: `30s`, `15m`, `24h`, `30d`, `2w`. */
export interface RotationArgs {
  /** Age at which the key is due, counted from its creation or adoption. */
  every?: Input<string>;
  /** Due up to this much earlier, by an amount fixed per key, so that a fleet doesn't rotate in one run. Shorter than `every`. */
  window?: Input<string>;
  /** How long the old key lives on after any replacement. Shorter than `every`. Ended by the first `up` after it. */
  overlap?: Input<string>;
  /** Any value; changing it rotates. Setting it for the first time, or removing it, doesn't. Only a hash is kept. */
  trigger?: Input<unknown>;
  /** For incidents: any value; setting or changing it replaces the key and revokes every other key of this resource at once. */
  compromised?: Input<unknown>;
}

/** An existing key to take over. */
export interface AdoptArgs {
  keyId: Input<string>;
  /** Its secret. Without it a new key is made, and the adopted one is retired after `rotation.overlap`. */
  apiKey?: Input<string>;
}

export interface ApiKeyArgs {
  /** Kept as it is, unique among live keys, at most 100 characters. A replacement then revokes the old key first: no overlap is possible. */
  name?: Input<string>;
  /** Default: the logical name. The key's name is this, `-`, and 8 hex digits, new for each attempt. At most 91 characters. */
  namePrefix?: Input<string>;
  /** At most 1,000 characters. */
  description?: Input<string>;
  /** At least one. */
  permissions: Input<Input<PermissionArgs>[]>;
  rateLimit?: Input<RateLimitArgs>;
  /** ISO 8601 instant with a zone. Or `expiresIn`, not both. */
  expiry?: Input<string>;
  /** Duration such as `90d`, resolved once, when the key is created. */
  expiresIn?: Input<string>;
  webhooks?: Input<Input<WebhookArgs>[]>;
  /** JSON values. Keys that start with `pulumi:` are reserved. */
  metadata?: Input<Record<string, Input<unknown>>>;
  rotation?: Input<RotationArgs>;
  /** What removing the resource does. Default `revoke`; `retain` while `adopt` is declared. `prevent` refuses. */
  deletionPolicy?: Input<"revoke" | "retain" | "prevent">;
  adopt?: Input<AdoptArgs>;
}
