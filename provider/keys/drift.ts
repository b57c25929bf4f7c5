import { randomBytes } from "node:crypto";
import type { RemoteKey } from "../api/types.ts";
import type { KeyInputs, KeyState } from "../domain/inputs.ts";
import { instantMs } from "../domain/instant.ts";
import { userMetadata } from "../domain/marker.ts";
import { sha256, stableJson } from "../domain/stable.ts";

/**
 * What the server has in the fields the program sets, in a form that doesn't depend on order. Compared only with
 * itself over time (by digest), never with what was asked: a server that normalises or fills in is no drift.
 */
export function observed(sent: SentFields, key: RemoteKey): Record<string, unknown> {
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

export function newSalt(): string {
  return randomBytes(8).toString("hex");
}

export function digests(echo: Readonly<Record<string, unknown>>, salt: string): Record<string, string> {
  return Object.fromEntries(Object.entries(echo).map(([field, value]) => [field, digest(value, salt)]));
}

/** The base line of drift: a digest per field, made with the key's salt. A state of 0.1.0 has no salt yet. */
type BaseLine = Pick<KeyState, "confirmed" | "salt">;

/**
 * Compares what the server has now with the base line. `confirmed` comes back with fields that had no base line yet, and
 * salted, but for what drifted: its base line is known as an unsalted digest only. `drift` holds the server's value of
 * every field that moved away from its base line.
 */
export function driftFrom(
  { confirmed, salt = newSalt() }: BaseLine,
  echo: Readonly<Record<string, unknown>>,
): { confirmed: Record<string, string>; salt: string; drift: Record<string, unknown> } {
  const drift = Object.entries(echo).filter(
    ([field, value]) => confirmed[field] !== undefined && !isDigestOf(confirmed[field], value, salt),
  );
  const drifted = new Set(drift.map(([field]) => field));
  const kept = Object.entries(confirmed).filter(([field]) => drifted.has(field) || !(field in echo));
  return {
    confirmed: { ...digests(echo, salt), ...Object.fromEntries(kept) },
    salt,
    drift: Object.fromEntries(drift),
  };
}

/** A salted digest starts with `s`, which is no hex digit: 0.1.0 wrote 16 of those. */
function digest(value: unknown, salt: string): string {
  return `s${sha256(`${salt}\n${stableJson(value)}`).slice(0, 16)}`;
}

function isDigestOf(text: string, value: unknown, salt: string): boolean {
  return text === (text.startsWith("s") ? digest(value, salt) : sha256(stableJson(value)).slice(0, 16));
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
