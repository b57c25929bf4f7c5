import { pick } from "./bag.ts";
import { canonical } from "./canonical.ts";
import { durationText } from "./duration.ts";
import { PREFIX_MAX } from "./inputSchema.ts";
import type { KeyInputs, KeyState, Permission, RateLimit, Webhook } from "./inputs.ts";
import { instantMs, isoSeconds } from "./instant.ts";
import { userMetadata } from "./marker.ts";
import { stableJson } from "./stable.ts";
import type { WireKey } from "./wire.ts";
import { alignedPermissions, alignedWebhooks, asWritten } from "./written.ts";

/** What of the inputs was sent to the API, so that its echo can be looked at. */
export type Sent = Pick<KeyInputs, "description" | "permissions" | "rateLimit" | "expiry" | "webhooks" | "metadata">;

export type FieldName = "name" | keyof Sent;

/** What the provider has to know of a field that lives in the account. */
interface Field {
  /** The inputs that say it. */
  inputs: readonly (keyof KeyInputs)[];
  /**
   * What the account has there, in a form that doesn't depend on order. Undefined: the program doesn't set the field, or
   * the answer says nothing about it.
   */
  observed(sent: Sent, key: WireKey): unknown;
  /**
   * An observed value, as the program would have to write it to agree. A value that is gone stays as an empty one: a
   * field that came and went would lose its mark as a secret.
   */
  asInput(state: KeyState, value: unknown): Partial<KeyInputs>;
  /**
   * When an update (assumed) can carry it: never; always, since every key has one; only while the program sets it, since
   * a body without it leaves the old value in force; or also once it no longer does, as the empty value.
   */
  update: "never" | "always" | "set" | { emptied: "" | [] };
  /** A list in which a path of `ignoreChanges` can mean a place. */
  places?: true;
}

/** The fields of a key that live in the account, in the order in which they are shown. */
export const FIELDS: Readonly<Record<FieldName, Field>> = {
  name: {
    inputs: ["name", "namePrefix"],
    observed: (_sent, key) => key.name,
    // A derived name is said by its prefix: so it stays unique, and can overlap with its successor.
    asInput: ({ declared }, value) =>
      declared.includes("name") ? { name: String(value) } : { namePrefix: String(value).slice(0, PREFIX_MAX) },
    update: "always",
  },
  description: {
    inputs: ["description"],
    observed: (sent, key) => (sent.description === undefined ? undefined : (key.description ?? "")),
    asInput: (_state, value) => ({ description: String(value) }),
    update: { emptied: "" },
  },
  permissions: {
    inputs: ["permissions"],
    observed: (_sent, key) => unordered(key.permissions.map(knownParts)),
    asInput: (state, value) => {
      const { permissions } = canonical({ permissions: value as Permission[] }); // a border: `observed` gave it
      return { permissions: alignedPermissions(permissions, asWritten(state).permissions) };
    },
    update: "always",
    places: true,
  },
  rateLimit: {
    inputs: ["rateLimit"],
    observed: (sent, key) => sent.rateLimit && pick(key.rateLimit ?? {}, Object.keys(sent.rateLimit)),
    asInput: (_state, value) => ({ rateLimit: value as RateLimit }), // likewise
    update: "set",
  },
  expiry: {
    inputs: ["expiry", "expiresIn"],
    /** Epoch ms, or what the server says instead. */
    observed: (sent, key) =>
      sent.expiry === undefined ? undefined : (instantMs(key.expiry ?? "") ?? key.expiry ?? ""),
    asInput: ({ declared, createdAt }, end) => {
      if (declared.includes("expiry")) return { expiry: typeof end === "number" ? isoSeconds(end) : String(end) };
      const born = instantMs(createdAt);
      return { expiresIn: typeof end === "number" && born !== undefined ? durationText(end - born) : "" };
    },
    update: "never",
  },
  webhooks: {
    inputs: ["webhooks"],
    observed: (sent, key) =>
      sent.webhooks && key.webhooks ? unordered(key.webhooks.map(({ url, events }) => ({ url, events }))) : undefined,
    asInput: (state, value) => ({
      webhooks: alignedWebhooks(value as Webhook[], asWritten(state).webhooks ?? []), // likewise
    }),
    update: { emptied: [] },
    places: true,
  },
  metadata: {
    inputs: ["metadata"],
    // Create and update answer without metadata (documented): its base line is the first listing that shows it.
    observed: (sent, key) =>
      sent.metadata && key.metadata ? pick(userMetadata(key.metadata), Object.keys(sent.metadata)) : undefined,
    asInput: (_state, value) => ({ metadata: value as Record<string, unknown> }), // likewise
    update: "always", // it carries the marker
  },
};

export const FIELD_NAMES = Object.keys(FIELDS) as readonly FieldName[]; // Object.keys widens to string

/** The fields among the keys of a bag, in the table's order. */
export function fieldsIn(bag: object): FieldName[] {
  return FIELD_NAMES.filter((name) => Object.hasOwn(bag, name));
}

export function isField(name: string): name is FieldName {
  return Object.hasOwn(FIELDS, name);
}

/** Every list sorted: the API's lists are sets. */
function unordered(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(unordered).sort((a, b) => (stableJson(a) < stableJson(b) ? -1 : 1));
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unordered(inner)]));
  }
  return value;
}

function knownParts({ resource, actions, restrictions }: WireKey["permissions"][number]): object {
  const { identities, chains, ipWhitelist } = restrictions ?? {};
  const lists = Object.entries({ identities, chains, ipWhitelist });
  return {
    resource,
    actions,
    restrictions: Object.fromEntries(lists.filter(([, list]) => list !== undefined && list.length > 0)),
  };
}
