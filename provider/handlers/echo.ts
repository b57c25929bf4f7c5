import type { RemoteKey } from "../api/types.ts";
import type { KeyInputs } from "../domain/inputs.ts";
import { instantMs } from "../domain/instant.ts";
import { userMetadata } from "../domain/marker.ts";
import { sha256, stableJson } from "../domain/stable.ts";

/**
 * What the server has in the fields the program sets, in a form that doesn't depend on order. Compared only with
 * itself over time (by digest), never with what was asked: a server that normalises or fills in is no drift.
 */
export function echoOf(sent: SentFields, key: RemoteKey): Record<string, unknown> {
  const echo: Record<string, unknown> = { name: key.name };
  if (sent.description !== undefined) echo["description"] = key.description ?? "";
  echo["permissions"] = unordered(
    key.permissions.map(({ resource, actions, restrictions }) => ({
      resource,
      actions,
      restrictions: presentOnly({
        identities: restrictions?.identities,
        chains: restrictions?.chains,
        ipWhitelist: restrictions?.ipWhitelist,
      }),
    })),
  );
  if (sent.rateLimit !== undefined) echo["rateLimit"] = pick(key.rateLimit ?? {}, Object.keys(sent.rateLimit));
  if (sent.expiry !== undefined) echo["expiry"] = instantMs(key.expiry ?? "") ?? key.expiry ?? "";
  if (sent.webhooks !== undefined && key.webhooks) {
    echo["webhooks"] = unordered(key.webhooks.map(({ url, events }) => ({ url, events })));
  }
  // Create and update answer without metadata (documented): its base line is the first listing that shows it.
  if (sent.metadata !== undefined && key.metadata) {
    echo["metadata"] = pick(userMetadata(key.metadata), Object.keys(sent.metadata));
  }
  return echo;
}

export type SentFields = Pick<
  KeyInputs,
  "description" | "permissions" | "rateLimit" | "expiry" | "webhooks" | "metadata"
>;

export function digests(echo: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(echo).map(([field, value]) => [field, digest(value)]));
}

/**
 * Compares what the server has now with the base line. `confirmed` comes back with fields that had no base line yet;
 * `drift` holds the server's value of every field that moved away from it.
 */
export function compareEcho(
  confirmed: Readonly<Record<string, string>>,
  echo: Readonly<Record<string, unknown>>,
): { confirmed: Record<string, string>; drift: Record<string, unknown> } {
  const now = digests(echo);
  const drift = Object.entries(echo).filter(([field]) => field in confirmed && confirmed[field] !== now[field]);
  return { confirmed: { ...now, ...confirmed }, drift: Object.fromEntries(drift) };
}

function digest(value: unknown): string {
  return sha256(stableJson(value)).slice(0, 16);
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

function presentOnly(bag: Record<string, unknown[] | undefined>): Record<string, unknown[]> {
  return Object.fromEntries(
    Object.entries(bag).flatMap(([key, list]) => (list !== undefined && list.length > 0 ? [[key, list]] : [])),
  );
}

function pick(bag: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.filter((key) => Object.hasOwn(bag, key)).map((key) => [key, bag[key]]));
}
