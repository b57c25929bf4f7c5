import { canonicalBlock } from "./cidr.ts";
import { canonicalDuration } from "./duration.ts";
import type { KeyInputs, Permission, Restrictions, Rotation, Webhook } from "./inputs.ts";
import { instantMs, isoSeconds } from "./instant.ts";
import { sha256, stableJson } from "./stable.ts";
import { hasUnknown, isUnknown } from "./unknown.ts";

/**
 * The one form of inputs that mean the same: sets sorted and deduplicated, enumerations in lower case, equal
 * (resource, restrictions) merged, instants in UTC seconds, durations in their largest unit. Idempotent.
 * Unknown values of a preview stay where they are; what holds one is neither merged nor reformatted.
 */
export function canonical(inputs: KeyInputs): KeyInputs {
  return dropUndefined({
    ...inputs,
    name: text(inputs.name),
    namePrefix: text(inputs.namePrefix),
    description: text(inputs.description),
    permissions: list(inputs.permissions, mergePermissions),
    expiry: inputs.expiry === undefined || isUnknown(inputs.expiry) ? inputs.expiry : isoText(inputs.expiry),
    expiresIn: duration(inputs.expiresIn),
    webhooks: list(inputs.webhooks, sortWebhooks),
    rotation: inputs.rotation === undefined || isUnknown(inputs.rotation) ? inputs.rotation : rotation(inputs.rotation),
  });
}

export function mergePermissions(permissions: readonly Permission[]): Permission[] {
  const merged = new Map<string, Permission>();
  for (const [index, permission] of permissions.entries()) {
    if (isUnknown(permission) || hasUnknown(permission)) {
      merged.set(`unknown ${index}`, permission);
      continue;
    }
    const resource = lower(permission.resource);
    const restrictions = canonicalRestrictions(permission.restrictions);
    const key = stableJson([resource, restrictions]);
    const actions = [...(merged.get(key)?.actions ?? []), ...permission.actions.map(lower)];
    merged.set(key, dropUndefined({ resource, actions: sortedSet(actions), restrictions }));
  }
  return [...merged].sort(([a], [b]) => compare(a, b)).map(([, permission]) => permission);
}

function canonicalRestrictions(restrictions: Restrictions | undefined): Restrictions | undefined {
  if (restrictions === undefined) return undefined;
  const result = dropUndefined({
    identities: restrictions.identities && sortedSet(restrictions.identities.map(lower)),
    chains: restrictions.chains && sortedSet(restrictions.chains.map((chain) => String(chain).trim())),
    ipWhitelist: restrictions.ipWhitelist && sortedSet(restrictions.ipWhitelist.map(canonicalBlock)),
  });
  return Object.keys(result).length === 0 ? undefined : result;
}

function sortWebhooks(webhooks: readonly Webhook[]): Webhook[] {
  return webhooks
    .map((hook) =>
      hasUnknown(hook) ? hook : { ...hook, url: hook.url.trim(), events: sortedSet(hook.events.map(lower)) },
    )
    .sort((a, b) => compare(stableJson(a), stableJson(b)));
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

function list<T>(items: T[] | undefined, form: (items: readonly T[]) => T[]): T[] {
  // `undefined` and an unknown list pass through; the caller drops undefined fields.
  return Array.isArray(items) ? form(items) : (items as unknown as T[]);
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

export function sortedSet<T extends string>(items: readonly T[]): T[] {
  return [...new Set(items)].sort(compare);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Without fields that are `undefined`: the engine's protocol has no such value and fails on it. */
export function dropUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  // The cast states what the filter does; TypeScript can't follow it.
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
