import { randomBytes } from "node:crypto";
import type { RemoteKey } from "../api/types.ts";
import { dropUndefined } from "../domain/bag.ts";
import { FIELD_NAMES, FIELDS, type FieldName, type Sent } from "../domain/fields.ts";
import type { KeyState } from "../domain/inputs.ts";
import { sha256, stableJson } from "../domain/stable.ts";

/**
 * What the server has in the fields the program sets, in a form that doesn't depend on order. Compared only with
 * itself over time (by digest), never with what was asked: a server that normalises or fills in is no drift.
 */
export function observed(sent: Sent, key: RemoteKey): Partial<Record<FieldName, unknown>> {
  return dropUndefined(Object.fromEntries(FIELD_NAMES.map((name) => [name, FIELDS[name].observed(sent, key)])));
}

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
