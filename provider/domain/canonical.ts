import { dropUndefined } from "./bag.ts";
import { canonicalBlock } from "./cidr.ts";
import { canonicalDuration } from "./duration.ts";
import type { KeyInputs, Permission, Restrictions, Rotation, Webhook } from "./inputs.ts";
import { instantMs, isoSeconds } from "./instant.ts";
import { sha256, stableJson } from "./stable.ts";
import { hasUnknown, isUnknown } from "./unknown.ts";

/**
 * What the program wrote, each element in its one spelling: words trimmed and in lower case, blocks as RFC 5952 says,
 * instants in UTC seconds, durations in their largest unit, triggers hashed. Order, entries and duplicates stay: the
 * engine's paths (`ignoreChanges: ["permissions[0].actions"]`) mean the program's own lists. Idempotent. Unknown values of
 * a preview stay where they are, and so does the element of a list that holds one.
 */
export function normalised<T extends Partial<KeyInputs>>(inputs: T): T {
  return dropUndefined({
    ...inputs,
    name: text(inputs.name),
    namePrefix: text(inputs.namePrefix),
    description: text(inputs.description),
    permissions: list(inputs.permissions, normalisedPermission),
    expiry: inputs.expiry === undefined || isUnknown(inputs.expiry) ? inputs.expiry : isoText(inputs.expiry),
    expiresIn: duration(inputs.expiresIn),
    webhooks: list(inputs.webhooks, normalisedWebhook),
    rotation: inputs.rotation === undefined || isUnknown(inputs.rotation) ? inputs.rotation : rotation(inputs.rotation),
  }) as T; // each field keeps its type
}

/**
 * The one form of inputs that mean the same: normalised, and lists as the sets they are: sorted, without duplicates, equal
 * (resource, restrictions) merged. Entries that grant or send nothing, and empty values, are what `read` says of something
 * that is gone from the account: here they are absent. Idempotent. What holds an unknown value is not merged.
 */
export function canonical<T extends Partial<KeyInputs>>(inputs: T): T {
  return canonicalOf(normalised(inputs));
}

/** The same, of inputs that are normalised already. */
export function canonicalOf<T extends Partial<KeyInputs>>(one: T): T {
  return dropUndefined({
    ...one,
    description: one.description || undefined,
    expiry: one.expiry || undefined,
    expiresIn: one.expiresIn || undefined,
    rateLimit: isEmpty(one.rateLimit) ? undefined : one.rateLimit,
    permissions: Array.isArray(one.permissions) ? mergePermissions(one.permissions) : one.permissions,
    webhooks: Array.isArray(one.webhooks) ? sortWebhooks(one.webhooks) : one.webhooks,
  }) as T;
}

function normalisedPermission(permission: Permission): Permission {
  return dropUndefined({
    resource: lower(permission.resource),
    actions: permission.actions.map(lower),
    restrictions: normalisedRestrictions(permission.restrictions),
  });
}

function normalisedRestrictions(restrictions: Restrictions | undefined): Restrictions | undefined {
  if (restrictions === undefined) return undefined;
  const result = dropUndefined({
    identities: restrictions.identities?.map(lower),
    chains: restrictions.chains?.map((chain) => String(chain).trim()),
    ipWhitelist: restrictions.ipWhitelist?.map(canonicalBlock),
  });
  return isEmpty(result) ? undefined : result;
}

function normalisedWebhook(hook: Webhook): Webhook {
  return { ...hook, url: hook.url.trim(), events: hook.events.map(lower) };
}

/** Normalised permissions as the set they are. */
function mergePermissions(permissions: readonly Permission[]): Permission[] {
  const merged = new Map<string, Permission>();
  for (const [index, permission] of permissions.entries()) {
    if (hasUnknown(permission)) merged.set(`unknown ${index}`, permission);
    else if (permission.actions.length > 0) {
      const restrictions = sortedRestrictions(permission.restrictions);
      const key = stableJson([permission.resource, restrictions]);
      const actions = sortedSet([...(merged.get(key)?.actions ?? []), ...permission.actions]);
      merged.set(key, dropUndefined({ resource: permission.resource, actions, restrictions }));
    }
  }
  return [...merged].sort(([a], [b]) => compare(a, b)).map(([, permission]) => permission);
}

export function sortedRestrictions(restrictions: Restrictions | undefined): Restrictions | undefined {
  return (
    restrictions &&
    dropUndefined({
      identities: restrictions.identities && sortedSet(restrictions.identities),
      chains: restrictions.chains && sortedSet(restrictions.chains),
      ipWhitelist: restrictions.ipWhitelist && sortedSet(restrictions.ipWhitelist),
    })
  );
}

function sortWebhooks(webhooks: readonly Webhook[]): Webhook[] {
  return webhooks
    .filter((hook) => hasUnknown(hook) || hook.events.length > 0)
    .map((hook) => (hasUnknown(hook) ? hook : sortedWebhook(hook)))
    .sort((a, b) => compare(stableJson(a), stableJson(b)));
}

export function sortedWebhook(hook: Webhook): Webhook {
  return { ...hook, events: sortedSet(hook.events) };
}

function rotation(given: Rotation): Rotation {
  return dropUndefined({
    every: duration(given.every),
    window: duration(given.window),
    overlap: duration(given.overlap),
    trigger: hashed(given.trigger),
    compromised: hashed(given.compromised),
  });
}

const HASHED = /^sha256:[0-9a-f]{64}$/;

/** Triggers may hold anything, secrets too: only a hash is kept. A hash stays itself, so `check` is idempotent. */
function hashed(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "string" && (HASHED.test(value) || isUnknown(value))) return value;
  // A structure that holds an unknown part is unknown as a whole: its hash would differ in preview and up.
  return hasUnknown(value) ? "04da6b54-80e4-46f7-96ec-b56ff0331ba9" : `sha256:${sha256(stableJson(value))}`;
}

/** Each known element in its form. An unknown list, an unknown element and no list at all stay as they are. */
function list<T>(items: T[] | undefined, form: (item: T) => T): T[] | undefined {
  return Array.isArray(items) ? items.map((item) => (hasUnknown(item) ? item : form(item))) : items;
}

function isEmpty(bag: object | undefined): boolean {
  return typeof bag === "object" && Object.keys(bag).length === 0;
}

function isoText(text: string): string {
  const ms = instantMs(text);
  return ms === undefined ? text : isoSeconds(ms);
}

function duration(given: string | undefined): string | undefined {
  return given === undefined || isUnknown(given) ? given : canonicalDuration(given);
}

function text(given: string | undefined): string | undefined {
  return given?.trim();
}

function lower<T extends string>(given: T): T {
  return given.trim().toLowerCase() as T; // lower-casing a member of a closed lower-case set gives that member
}

function sortedSet<T extends string>(items: readonly T[]): T[] {
  return [...new Set(items)].sort(compare);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
