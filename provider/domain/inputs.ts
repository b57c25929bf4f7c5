import type { KeyOptions } from "./options.ts";
import type { Action, Resource } from "./vocabulary.ts";

/** What a key may be used for, who or what it is confined to. */
export interface Permission {
  resource: Resource;
  actions: Action[];
  restrictions?: Restrictions;
}

/** Absent = unrestricted. An empty list would read as "nothing allowed" here and "no restriction" there: an error. */
export interface Restrictions {
  /** ZKScore identities such as `alice.zks`. */
  identities?: string[];
  /** Chain ids or names. */
  chains?: string[];
  /** IPv4/IPv6 addresses or CIDR blocks. */
  ipWhitelist?: string[];
}

/** Requests allowed; whole numbers above 0. What isn't set is the server's own default. */
export interface RateLimit {
  requestsPerMinute?: number;
  requestsPerHour?: number;
  requestsPerDay?: number;
  /** Requests in a burst; at most `requestsPerMinute`. */
  burstLimit?: number;
}

export interface Webhook {
  url: string;
  events: string[];
  /** Signs deliveries (HMAC-SHA256). Never answered by the API, so its drift can't be seen. */
  secret?: string;
}

export interface Rotation {
  every?: string;
  window?: string;
  overlap?: string;
  /** After `check`: a hash of what the program gave. */
  trigger?: string;
  /** After `check`: a hash of what the program gave. */
  compromised?: string;
}

export type DeletionPolicy = "revoke" | "retain" | "prevent";

export interface Adopt {
  keyId: string;
  apiKey?: string;
}

/**
 * Whose key it is. Made by the constructor, never compared.
 * `owner` = hash of the stack identity and the key's URN, of this run: after an alias or a move it is another one than
 * the living key carries, which stays ours by its id.
 */
export interface Ownership {
  identity: string;
  owner: string;
  project: string;
  stack: string;
  /** The logical name, for people and as the default name prefix. */
  name: string;
  /** Types of the components it stands in, joined by `$`, as in its URN. Absent at the root of the stack. */
  parents?: string;
  /** Paths of `ignoreChanges` that mean places in lists. Absent in inputs that 0.1.0 wrote. */
  ignored?: string[];
}

/** Places in a canonical list; 0 = as there. */
export type Places = number | number[];

/** How the program wrote its lists: per entry its place in the canonical list, then the places in the lists it holds. */
export interface Order {
  permissions?: Places[][];
  webhooks?: Places[][];
}

/**
 * The inputs. `check` and `read` give them as the program wrote them (`normalised`), every other handler gets them in
 * canonical form.
 */
export interface KeyInputs {
  name?: string;
  namePrefix?: string;
  description?: string;
  permissions: Permission[];
  rateLimit?: RateLimit;
  expiry?: string;
  expiresIn?: string;
  webhooks?: Webhook[];
  metadata?: Record<string, unknown>;
  rotation?: Rotation;
  deletionPolicy: DeletionPolicy;
  adopt?: Adopt;
  /** Pulumi's options that only the constructor sees. Never compared with the account, never sent. */
  options?: KeyOptions;
  ownership: Ownership;
  /** Made where the engine hands the inputs over. Absent where the program's lists are canonical, or unknown. */
  order?: Order;
}

/** A key that this one replaced and that still lives, until `revokeAfter` (ISO, UTC seconds). */
export interface Retired {
  keyId: string;
  revokeAfter: string;
}

/** Status as the server gives it, or `missing` = proven absent from the account. */
export type LifeStatus = "active" | "inactive" | "expired" | "revoked" | "missing";

/** The outputs: the canonical inputs and what the server made of them. A permanent interface: old states hold it. */
export interface KeyState extends KeyInputs {
  /** The secret. Stored encrypted (`additionalSecretOutputs`). */
  apiKey: string;
  keyId: string;
  /** First 16 hex digits of the secret's SHA-256: tells two secrets apart without showing either. */
  fingerprint: string;
  /** Last 4 characters of the secret, as key dashboards show it. */
  hint: string;
  status: LifeStatus;
  /** Base URL the key lives at; all loopback addresses count as one. */
  endpoint: string;
  createdAt: string;
  adoptedAt?: string;
  /** The key's name as it stands in the account. */
  name: string;
  /** Which of these outputs the program itself asked for; the others are derived or the server's own. */
  declared: ("name" | "expiry")[];
  /** When rotation is due (shown only; `diff` computes it from the declared rotation). */
  rotateAt?: string;
  previous: Retired[];
  /**
   * Every key that the creation of this one retired, those too that the engine was to delete at once. One that is alive
   * nevertheless was kept by an option of Pulumi's (`retainOnDelete`, `deletedWith`); `update` then revokes it.
   */
  retires?: Retired[];
  /**
   * The owner of the resource that has this key now, where an alias or a move made it another than the key's mark says.
   * `ownership` stays what the mark says.
   */
  heldBy?: string;
  /** The marker's attempt, so that an update can write the marker again. */
  attempt: string;
  /** Digest per managed field of what the server answered to what we sent: the base line of drift. */
  confirmed: Record<string, string>;
  /** Random, one a key, made with it: a short value can't be looked up by its digest. 0.1.0 had none. */
  salt?: string;
  /** Fields that differ from the base line, with what the server has now. */
  drift?: Record<string, unknown>;
  /** Work that `create` left: `sweep` = an orphan still lives, `purge` = after `compromised` another key still does. */
  unfinished?: "sweep" | "purge";
  /**
   * Fields in which the answer that made the key showed more than was asked, or nothing. They have no base line; `update`
   * looks at them again.
   */
  unproven?: ("permissions" | "rateLimit" | "expiry")[];
}
