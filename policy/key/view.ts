import { UnknownValueError } from "@pulumi/policy";
import { readInternal } from "../../provider/domain/internal.ts";

/**
 * A key as the rules see it. `props` of a policy are a trap: touching one unknown value throws, and the SDK then drops
 * the whole policy for this preview. So they are read here, field by field, once; what can't be known is absent in the
 * view and its path is kept, and a rule that asks for presence looks at `isUnknown` first.
 */
export interface KeyView {
  readonly name: string | undefined;
  readonly namePrefix: string | undefined;
  readonly description: string | undefined;
  readonly expiry: string | undefined;
  readonly expiresIn: string | undefined;
  readonly deletionPolicy: string | undefined;
  readonly permissions: readonly PermissionView[];
  readonly rateLimit: RateLimitView | undefined;
  readonly webhooks: readonly WebhookView[];
  readonly metadata: Readonly<Record<string, string>> | undefined;
  readonly rotation: RotationView | undefined;
  /** Whose key it is, as the constructor says. */
  readonly ownership: OwnershipView;
  /** Outputs: present in stack policies only. */
  readonly keyId: string | undefined;
  readonly createdAt: string | undefined;
  readonly adoptedAt: string | undefined;
  readonly status: string | undefined;
  /** Paths of fields that aren't known yet, or whose secret couldn't be decrypted. */
  readonly unknown: ReadonlySet<string>;
}

/** Permissions that say the same of other actions are one, as on the account. */
export interface PermissionView {
  /** Where the first of them stands in the program. */
  readonly path: string;
  /** Where the others stand. */
  readonly also: readonly string[];
  readonly resource: string | undefined;
  readonly actions: readonly Item[];
  readonly identities: ListView;
  readonly chains: ListView;
  readonly ipWhitelist: ListView;
}

/** A list that may be absent. `items` holds its known members only, each once. */
export interface ListView {
  readonly path: string;
  readonly present: boolean;
  readonly items: readonly Item[];
}

export interface Item {
  readonly path: string;
  readonly value: string;
}

export interface RateLimitView {
  readonly requestsPerMinute: number | undefined;
  readonly requestsPerHour: number | undefined;
  readonly requestsPerDay: number | undefined;
  readonly burstLimit: number | undefined;
}

export interface WebhookView {
  readonly path: string;
  readonly url: string | undefined;
  readonly secret: string | undefined;
}

export interface OwnershipView {
  readonly identity: string | undefined;
  readonly owner: string | undefined;
  readonly project: string | undefined;
  readonly stack: string | undefined;
  readonly name: string | undefined;
}

export interface RotationView {
  readonly every: string | undefined;
  readonly window: string | undefined;
  readonly overlap: string | undefined;
}

/** `policy analyze --file` puts this in the place of every secret it can't decrypt. In a real run it is somebody's text. */
const REDACTED = "[secret]";

/** True if the value at `path` can't be judged: it, or something it lies in, isn't known. */
export function isUnknown(view: Pick<KeyView, "unknown">, path: string): boolean {
  for (const unknown of view.unknown) {
    if (path === unknown || path.startsWith(`${unknown}.`) || path.startsWith(`${unknown}[`)) return true;
  }
  return false;
}

/**
 * Reads the view from the properties of a resource or stack policy. Never throws, keeps no reference to `props`.
 * `reads`: paths of the fields a rule wants; the others stay absent, since each read goes through two proxies.
 * `fromState`: the properties come from `policy analyze`, the only command that redacts.
 */
export function readKey(props: unknown, reads?: readonly string[], fromState = false): KeyView {
  const unknown = new Set<string>();
  const wanted = reads === undefined ? undefined : new Set(reads.map((path) => path.split(/[.[]/, 1)[0]));
  const at = (bag: unknown, key: string | number, path: string): unknown => {
    if (typeof bag !== "object" || bag === null) return undefined;
    if (bag === props && wanted?.has(String(key)) === false) return undefined;
    try {
      const value: unknown = Reflect.get(bag, key, bag);
      if (value !== REDACTED || !fromState) return value ?? undefined;
    } catch (error) {
      if (!(error instanceof UnknownValueError)) throw error;
    }
    unknown.add(path);
    return undefined;
  };
  const text = (bag: unknown, key: string, path = key) => {
    const value = at(bag, key, path);
    return typeof value === "string" ? value : undefined;
  };
  const list = (bag: unknown, key: string, path = key): { present: boolean; items: [string, unknown][] } => {
    const value = at(bag, key, path);
    if (!Array.isArray(value)) return { present: value !== undefined, items: [] };
    const items = Array.from({ length: value.length }, (_, i): [string, unknown] => [
      `${path}[${i}]`,
      at(value, i, `${path}[${i}]`),
    ]);
    return { present: value.length > 0, items: items.filter(([, item]) => item !== undefined) };
  };
  const words = (bag: unknown, key: string, path: string): ListView => {
    const { present, items } = list(bag, key, path);
    // A chain may be a number; everything else is a string.
    return { path, present, items: eachOnce(items.map(([where, item]) => ({ path: where, value: String(item) }))) };
  };
  const object = <T>(key: string, read: (bag: unknown) => T): T | undefined => {
    const bag = at(props, key, key);
    return bag === undefined ? undefined : read(bag);
  };
  const count = (bag: unknown, key: string) => {
    const value = at(bag, key, `rateLimit.${key}`);
    return typeof value === "number" ? value : undefined;
  };

  const internal = readInternal(text(props, "internal"));
  const ownership = at(props, "ownership", "ownership") ?? internal?.ownership;
  return {
    name: text(props, "name"),
    namePrefix: text(props, "namePrefix"),
    description: text(props, "description"),
    expiry: text(props, "expiry"),
    expiresIn: text(props, "expiresIn"),
    deletionPolicy: text(props, "deletionPolicy"),
    permissions: merged(
      list(props, "permissions").items.map(([path, bag]) => {
        const restrictions = at(bag, "restrictions", `${path}.restrictions`);
        return {
          path,
          also: [],
          resource: text(bag, "resource", `${path}.resource`),
          actions: words(bag, "actions", `${path}.actions`).items,
          identities: words(restrictions, "identities", `${path}.restrictions.identities`),
          chains: words(restrictions, "chains", `${path}.restrictions.chains`),
          ipWhitelist: words(restrictions, "ipWhitelist", `${path}.restrictions.ipWhitelist`),
        };
      }),
      unknown,
    ),
    rateLimit: object("rateLimit", (bag) => ({
      requestsPerMinute: count(bag, "requestsPerMinute"),
      requestsPerHour: count(bag, "requestsPerHour"),
      requestsPerDay: count(bag, "requestsPerDay"),
      burstLimit: count(bag, "burstLimit"),
    })),
    webhooks: list(props, "webhooks").items.map(([path, bag]) => ({
      path,
      url: text(bag, "url", `${path}.url`),
      secret: text(bag, "secret", `${path}.secret`),
    })),
    metadata: object("metadata", (bag) => {
      const names = typeof bag === "object" && bag !== null ? Object.keys(bag) : [];
      const entries = names.map((name): [string, string | undefined] => [name, text(bag, name, `metadata.${name}`)]);
      return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
    }),
    rotation: object("rotation", (bag) => ({
      every: text(bag, "every", "rotation.every"),
      window: text(bag, "window", "rotation.window"),
      overlap: text(bag, "overlap", "rotation.overlap"),
    })),
    ownership: {
      identity: text(ownership, "identity", "ownership.identity"),
      owner: text(ownership, "owner", "ownership.owner"),
      project: text(ownership, "project", "ownership.project"),
      stack: text(ownership, "stack", "ownership.stack"),
      name: text(ownership, "name", "ownership.name"),
    },
    keyId: text(props, "keyId"),
    createdAt: text(props, "createdAt"),
    // 0.1.0 wrote it as an output of its own.
    adoptedAt: internal?.adoptedAt ?? text(props, "adoptedAt"),
    status: text(props, "status"),
    unknown,
  };
}

/** In the order they came; a list of thousands is an attack, and must not take its square. */
function eachOnce(items: readonly Item[]): Item[] {
  const seen = new Set<string>();
  return items.filter(({ value }) => !seen.has(value) && seen.add(value));
}

/** As the provider merges them before it sends them: same resource, same restrictions. What isn't known stays alone. */
function merged(permissions: readonly PermissionView[], unknown: ReadonlySet<string>): PermissionView[] {
  const found = new Map<string, PermissionView>();
  for (const permission of permissions) {
    const { path, resource, actions, identities, chains, ipWhitelist } = permission;
    const known = ![...unknown].some((other) => other === path || other.startsWith(`${path}.`));
    // `check` lets no program through that grants nothing: what grants nothing is gone from the account.
    if (known && actions.length === 0) continue;
    const lists = [identities, chains, ipWhitelist].map(({ items }) => items.map(({ value }) => value).sort());
    const id = known ? JSON.stringify([resource, lists]) : path;
    const first = found.get(id);
    found.set(
      id,
      first === undefined
        ? permission
        : { ...first, also: [...first.also, path], actions: eachOnce([...first.actions, ...actions]) },
    );
  }
  return [...found.values()];
}
