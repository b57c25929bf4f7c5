import { isDeepStrictEqual } from "node:util";
import { canonical, sortedRestrictions, sortedWebhook } from "./canonical.ts";
import type { KeyInputs, Order, Permission, Places, Restrictions, Webhook } from "./inputs.ts";
import { sameJson, stableJson } from "./stable.ts";
import { hasUnknown } from "./unknown.ts";

type Lists = Pick<KeyInputs, "permissions" | "webhooks">;

/**
 * How the program's lists, normalised, differ from their canonical form: for each entry its place there, and so for the lists in it.
 * Places only, no value: any of them may be a secret. Absent where nothing differs.
 */
export function orderOf({ permissions, webhooks }: Lists, canon: Lists): Order | undefined {
  if (hasUnknown(permissions) || hasUnknown(webhooks)) return undefined;
  const order: Order = {};
  if (!isDeepStrictEqual(permissions, canon.permissions)) {
    const at = new Map(canon.permissions.map((entry, index) => [identityOf(entry), index]));
    order.permissions = permissions.map((entry) =>
      permissionPlaces(entry, canon.permissions, at.get(identityOf(entry)) ?? -1),
    );
  }
  if (webhooks !== undefined && !isDeepStrictEqual(webhooks, canon.webhooks)) {
    order.webhooks = webhooks.map((hook) => {
      const at = (canon.webhooks ?? []).findIndex((other) => sameJson(other, sortedWebhook(hook)));
      return [at, places(hook.events, canon.webhooks?.[at]?.events)];
    });
  }
  const found = Object.values(order).flat(3);
  return found.length === 0 || found.includes(-1) ? undefined : order;
}

function permissionPlaces(entry: Permission, canon: readonly Permission[], at: number): Places[] {
  const own = canon[at];
  const lists = (["identities", "chains", "ipWhitelist"] as const).map((list) =>
    places(entry.restrictions?.[list] ?? [], own?.restrictions?.[list]),
  );
  return [at, places(entry.actions, own?.actions), ...lists];
}

/** 0: as there. */
function places(items: readonly string[], canon: readonly string[] = []): Places {
  return isDeepStrictEqual(items, canon) ? 0 : items.map((item) => canon.indexOf(item));
}

/** The program's own lists, from their canonical form. What doesn't fit is left canonical: a state edited by hand. */
export function asWritten({ permissions, webhooks, order }: Lists & { order?: Order }): Lists {
  const hooks = webhooks ?? [];
  const lists: Lists = {
    permissions: order?.permissions?.flatMap((entry) => writtenPermission(entry, permissions)) ?? permissions,
    ...(webhooks === undefined
      ? {}
      : { webhooks: order?.webhooks?.flatMap((entry) => writtenWebhook(entry, hooks)) ?? hooks }),
  };
  const fits = sameJson(canonical(lists), { permissions, ...(webhooks === undefined ? {} : { webhooks }) });
  return fits ? lists : { permissions, ...(webhooks === undefined ? {} : { webhooks }) };
}

function writtenPermission([at, actions, ...lists]: readonly Places[], canon: readonly Permission[]): Permission[] {
  const own = canon[Number(at)];
  if (own === undefined) return [];
  const { restrictions } = own;
  const confined = (["identities", "chains", "ipWhitelist"] as const).flatMap((list, index) => {
    const items = restrictions?.[list];
    return items === undefined ? [] : [[list, pick(lists[index], items)]];
  });
  return [
    {
      resource: own.resource,
      actions: pick(actions, own.actions),
      ...(restrictions === undefined ? {} : { restrictions: Object.fromEntries(confined) }),
    },
  ];
}

function writtenWebhook([at, events]: readonly Places[], canon: readonly Webhook[]): Webhook[] {
  const own = canon[Number(at)];
  return own === undefined ? [] : [{ ...own, events: pick(events, own.events) }];
}

function pick<T>(order: Places | undefined, items: readonly T[]): T[] {
  return Array.isArray(order) ? order.flatMap((place) => items.slice(place, place + 1)) : [...items];
}

/**
 * What the account has, written as the program would: each entry that the program has too stands at its place, one that is
 * gone from the account stands there granting nothing, and what only the account has comes last. So a path into the list
 * means the same entry on both sides.
 */
export function alignedPermissions(has: readonly Permission[], wrote: readonly Permission[]): Permission[] {
  const left = new Set(has);
  const same = wrote.map((entry) => {
    const found = has.find((other) => isSame(other, entry));
    if (found !== undefined) left.delete(found);
    return found;
  });
  const partners = wrote.map((entry, index) => {
    const found = same[index] ?? [...left].find(({ resource }) => resource === entry.resource);
    if (found !== undefined) left.delete(found);
    return found;
  });
  const aligned = wrote.map((entry, index) => {
    const partner = partners[index];
    if (partner === undefined) return { ...entry, actions: [] };
    // Two entries of the program may be one there: what neither has goes to the first.
    const group = wrote.filter((_other, at) => partners[at] === partner);
    const extra =
      entry === group[0] ? partner.actions.filter((action) => !group.some((one) => one.actions.includes(action))) : [];
    const actions = [...partner.actions.filter((action) => entry.actions.includes(action)), ...extra];
    const restrictions = alignedRestrictions(partner.restrictions, entry.restrictions);
    return {
      resource: partner.resource,
      actions: alignedSet(actions, entry.actions),
      ...(restrictions === undefined ? {} : { restrictions }),
    };
  });
  return [...aligned, ...left];
}

function alignedRestrictions(has: Restrictions | undefined, wrote: Restrictions = {}): Restrictions | undefined {
  if (has === undefined) return undefined;
  const lists = (["identities", "chains", "ipWhitelist"] as const).flatMap((list) => {
    const items = has[list];
    return items === undefined ? [] : [[list, alignedSet(items, wrote[list] ?? [])]];
  });
  return Object.fromEntries(lists);
}

/** A webhook is known by its URL, and keeps the program's secret: the account never shows one. */
export function alignedWebhooks(has: readonly Pick<Webhook, "url" | "events">[], wrote: readonly Webhook[]): Webhook[] {
  const left = new Set(has);
  const aligned = wrote.map((hook) => {
    const found = [...left].find(({ url }) => isSameUrl(url, hook.url));
    if (found === undefined) return { ...hook, events: [] };
    left.delete(found);
    return { ...hook, events: alignedSet(found.events, hook.events) };
  });
  return [...aligned, ...left];
}

/** The set `has`, its members where the program wrote them; where one is gone, another of them stands twice. */
function alignedSet<T>(has: readonly T[], wrote: readonly T[]): T[] {
  const added = has.filter((item) => !wrote.includes(item));
  const [first] = has;
  if (first === undefined) return [];
  const placed = wrote.map((item) => (has.includes(item) ? item : (added.shift() ?? first)));
  return [...placed, ...added];
}

function isSame(a: Permission, b: Permission): boolean {
  return a.resource === b.resource && identityOf(a) === identityOf(b);
}

/** What tells one permission from another: all but its actions. */
function identityOf({ resource, restrictions }: Permission): string {
  return stableJson([resource, sortedRestrictions(restrictions)]);
}

function isSameUrl(a: string, b: string): boolean {
  return a === b || (URL.canParse(a) && URL.canParse(b) && new URL(a).href === new URL(b).href);
}
