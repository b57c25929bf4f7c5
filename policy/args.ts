import type { EnforcementLevel, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";

/*
 * The pack's public types, written out so that its declarations need Pulumi's and nothing else: derived from the rules
 * they would drag the whole pack along. That they say what the rules say: test/repository/types.public.test.ts.
 */

/** A Pulumi policy that may judge resources, stacks, or both. */
export type Policy = ResourceValidationPolicy & Partial<StackValidationPolicy>;

/** A policy's level, or its parameters, or both. What is left out keeps its default. */
export type PolicyArgs<P = unknown> = EnforcementLevel | (P & { readonly enforcementLevel?: EnforcementLevel });

/** What a violation does outside production: `mandatory` = as in production, `advisory` = shown only, `off` = nothing. */
export type OutsideProduction = "mandatory" | "advisory" | "off";

/** An agreed exception. */
export interface Exemption {
  /** Id of one policy: `expiry-horizon`. */
  readonly policy: string;
  /** URN, or a pattern: `*::backend`. A `*` stays within one part; the last part is the key's name. */
  readonly urn: string;
  readonly reason: string;
  readonly owner: string;
  /** The last day it holds, `YYYY-MM-DD` (UTC). */
  readonly until: string;
}

/** Access beyond what a key's predecessors have, agreed to. */
export interface Approval {
  /** URN of the key, or a pattern as in exemptions: `*::backend`. */
  readonly urn: string;
  /** `resource:action`, with `*`. */
  readonly grant: string;
  /** Who approved it. */
  readonly by: string;
  /** The last day it holds, `YYYY-MM-DD` (UTC). */
  readonly until: string;
}

/** Two grants that one key mustn't hold together. */
export interface ToxicPair {
  /** `resource:action`, with `*`. */
  readonly first: string;
  /** `resource:action`, with `*`. */
  readonly second: string;
  /** Why they don't belong together. */
  readonly why: string;
}

/** Arguments of the pack: a level for all, and each policy by its name in code (`expiryHorizon`). */
export interface ZkscoreGuardArgs {
  /** The level of every policy that has none of its own. */
  readonly all?: EnforcementLevel;
  /** The pack's settings can be read: environment, exemptions, live checks. */
  readonly packSettings?: PolicyArgs<{
    /** The environment of this stack, said outright. The strictest of this, the stack's tag and its name holds. */
    readonly environment?: string;
    /** The stack tag that names the environment. */
    readonly environmentTag?: string;
    /** More words by which a stack or key says its environment, beside the pack's own. `production` is the strict one. */
    readonly environmentWords?: Readonly<Record<string, readonly string[]>>;
    /** A stack about which nothing says an environment is judged as production. */
    readonly productionByDefault?: boolean;
    /** Agreed exceptions: id of one policy, URN pattern, reason, owner, and the last day they hold (UTC). */
    readonly exemptions?: readonly Exemption[];
    /** Also ask the account (needs ZKSCORE_TOKEN). ZKSCORE_POLICY_LIVE does the same, unless it is 0, false, no or off. */
    readonly live?: boolean;
    /** How long a live check waits for the API before it reports `not evaluated`. */
    readonly liveTimeoutSeconds?: number;
  }>;
  /** Nothing but `new ApiKey(…)` makes a key, and a key's `ownership` is what its own place in the stack makes it. */
  readonly noDisguisedKey?: PolicyArgs;
  /** A key names the resources and actions it needs; `all`, or a set about as wide, is refused. */
  readonly noWildcardAccess?: PolicyArgs<{
    /** The most pairs of resource and action one key may have; the API has 18. */
    readonly maxExpansion?: number;
  }>;
  /** A key that may destroy data is on a list of such keys. */
  readonly noDestructiveActions?: PolicyArgs<{
    /** Logical names (`*` and `?` allowed) of the keys that may delete. */
    readonly keys?: readonly string[];
    /** Grants anybody may have although they destroy, as `resource:action` with `*`. */
    readonly except?: readonly string[];
  }>;
  /** A production key that changes or deletes data is on a list of such keys. */
  readonly noWriteInProduction?: PolicyArgs<{
    /** Logical names (`*` and `?` allowed) of the production keys that may write. */
    readonly keys?: readonly string[];
  }>;
  /** A key doesn't hold two grants that are harmless alone and a fraud together. */
  readonly noToxicCombination?: PolicyArgs<{
    /** The pairs: two grants as `resource:action` (with `*`), and why they don't belong together. */
    readonly pairs?: readonly ToxicPair[];
  }>;
  /** A permission that changes or deletes data is confined to named identities or chains. */
  readonly restrictedWrites?: PolicyArgs<{
    /** What a violation does outside production: `mandatory` = as in production, `advisory` = shown only, `off` = nothing. */
    readonly outsideProduction?: OutsideProduction;
  }>;
  /** A key has an `expiresIn` or an `expiry`. */
  readonly expiryRequired?: PolicyArgs<{
    /** At level `remediate`: the life given to a key that has none, in days. */
    readonly days?: number;
    /** The same in production. */
    readonly daysProduction?: number;
  }>;
  /** A key lives at most 90 days (production 30), and long enough to be replaced before it ends. */
  readonly expiryHorizon?: PolicyArgs<{
    /** The longest life of a key, in days. */
    readonly maxDays?: number;
    /** The same in production. */
    readonly maxDaysProduction?: number;
    /** The longest time between two runs of `pulumi up`: a key must outlive it to be replaced in time. */
    readonly runEvery?: string;
  }>;
  /** `rotation.every` is set and at most 90 days; in production the old key overlaps the new one, for at most 7 days. */
  readonly rotationRequired?: PolicyArgs<{
    /** The longest `rotation.every`, in days. */
    readonly maxDays?: number;
    /** The longest `rotation.overlap`, in days. */
    readonly maxOverlapDays?: number;
    /** What a violation does outside production: `mandatory` = as in production, `advisory` = shown only, `off` = nothing. */
    readonly outsideProduction?: OutsideProduction;
  }>;
  /** A live key isn't older than its declared rotation, and never older than 90 days. */
  readonly rotationAge?: PolicyArgs<{
    /** The oldest a key may get, in days. */
    readonly maxDays?: number;
    /** How long a due rotation may wait for the next run, in days. */
    readonly graceDays?: number;
    /** From this part of the allowed age on, a warning is shown. */
    readonly warnPercent?: number;
  }>;
  /** In production each permission has an `ipWhitelist`; every list names few real, narrow, public blocks, each once. */
  readonly ipAllowList?: PolicyArgs<{
    /** The shortest IPv4 prefix a block may have; a list holds at most that much in all. */
    readonly minPrefixV4?: number;
    /** The shortest IPv6 prefix a block may have; a list holds at most that much in all. */
    readonly minPrefixV6?: number;
    /** The most entries that the lists behind one grant may have. */
    readonly maxEntries?: number;
    /** Allows private and other special ranges, for an API reached over a private network. */
    readonly allowPrivate?: boolean;
    /** What a violation does outside production: `mandatory` = as in production, `advisory` = shown only, `off` = nothing. */
    readonly outsideProduction?: OutsideProduction;
  }>;
  /** A webhook's URL, as it is written, is https, names a public host, and holds no credential. */
  readonly webhookHttps?: PolicyArgs<{
    /** Hosts (`*` and `?` allowed) that no webhook may name. */
    readonly innerHosts?: readonly string[];
    /** Names of parameters that say secret (`*` allowed; lower case, letters and digits alone). */
    readonly secretParameters?: readonly string[];
  }>;
  /** A webhook has a secret of at least 32 characters, of some variety, that no other webhook of the stack has. */
  readonly webhookSecret?: PolicyArgs<{
    /** The shortest secret, in characters. */
    readonly minLength?: number;
  }>;
  /** A key's rate limit is set, within the plan and the environment's ceiling, and its numbers agree. */
  readonly rateLimit?: PolicyArgs<{
    /** The account's plan, whose ceilings hold; `from-env` takes ZKSCORE_PLAN, `none` checks no plan. */
    readonly plan?: "from-env" | "none" | "free" | "starter" | "professional" | "enterprise";
    /** The highest `requestsPerMinute` of one key in production. */
    readonly maxPerMinute?: number;
    /** The highest `requestsPerMinute` of one key outside production. */
    readonly maxPerMinuteElsewhere?: number;
    /** The most that `burstLimit` may be, as a multiple of `requestsPerMinute`. */
    readonly burstFactor?: number;
  }>;
  /** A key has a conventional name, a description, `metadata.owner` and `metadata.purpose`. */
  readonly ownership?: PolicyArgs<{
    /** The pattern (JavaScript) a key's name, prefix or logical name has to match. */
    readonly namePattern?: string;
    /** At level `remediate`: the stack tag an absent `metadata.owner` is taken from. */
    readonly ownerTag?: string;
  }>;
  /** What a key says about its environment is one environment, and that of its stack. */
  readonly environmentIsolation?: PolicyArgs;
  /** The secret is encrypted in the state, no option hides what a key may do, and production keys can't vanish by accident. */
  readonly secretStaysSecret?: PolicyArgs;
  /** What a key would be able to do beyond each of its living predecessors is approved in the pack's configuration, by name, until a day. (Live check; blocks in CI.) */
  readonly noNewAccess?: PolicyArgs<{
    /** Access agreed to: URN or pattern of the key, `resource:action` (with `*`), by whom, and the last day it holds (UTC). */
    readonly approvals?: readonly Approval[];
    /** How far ahead an approval may end, in days. */
    readonly approvalDays?: number;
    /** What a check does to which the account gives no answer: `ci` = blocks in CI and is shown elsewhere, `mandatory` = blocks, `advisory` = is shown. */
    readonly unanswered?: "ci" | "mandatory" | "advisory";
  }>;
  /** A living key was used in the last 45 days. (Live check.) */
  readonly unusedKey?: PolicyArgs<{
    /** Days without a request after which a key counts as unused. */
    readonly idleDays?: number;
  }>;
  /** Each resource a key may touch is one that its traffic has touched. (Live check.) */
  readonly unusedPermission?: PolicyArgs<{
    /** How many days of usage are looked at. */
    readonly days?: number;
    /** A younger key isn't judged. */
    readonly minDays?: number;
  }>;
  /** A living key may do no more than its resource says, and ends no later. (Live check.) */
  readonly liveAsDeclared?: PolicyArgs;
  /** An exemption names a policy and a key that exist, and ends within half a year; else it exempts nothing. */
  readonly exemptionHygiene?: PolicyArgs<{
    /** How far ahead an exemption may end, in days. */
    readonly maxDays?: number;
  }>;
}
