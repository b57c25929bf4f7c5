import { dropUndefined } from "../domain/bag.ts";
import { canonicalOf } from "../domain/canonical.ts";
import { ZkscoreError } from "../domain/errors.ts";
import type { KeyInputs, KeyState } from "../domain/inputs.ts";
import { decodeInternal, encodeInternal, INTERNAL_FIELDS } from "../domain/internal.ts";
import { orderOf } from "../domain/written.ts";

type Fields = Record<string, unknown>;

/**
 * Outputs of the class that a key may not have. One that is registered and never set would be unknown in every preview,
 * and whatever is made of it would change for ever: they are always set, to null where there is none.
 */
const NULLABLE = ["description", "rateLimit", "metadata", "expiry", "rotateAt"] as const;

/** What every state has, whoever wrote it. */
const REQUIRED = ["keyId", "apiKey", "endpoint", "permissions", "ownership", "previous"];

/** A key's state as the engine keeps it: what users read, and what only we read as one text, `internal`. */
export function stateOut(state: KeyState): Fields {
  const ours: ReadonlySet<string> = new Set(INTERNAL_FIELDS);
  return {
    ...Object.fromEntries(NULLABLE.map((field) => [field, null])),
    ...Object.fromEntries(Object.entries(dropUndefined(state)).filter(([field]) => !ours.has(field))),
    internal: encodeInternal(state),
  };
}

/**
 * A state of this release, or of 0.1.0, where all fields lie side by side. What isn't one (`ApiKey.get`, a state edited
 * by hand) is refused before anything is derived from it, and so is one that a newer release wrote.
 */
export function stateIn({ __provider, internal, ...fields }: Fields): KeyState {
  const first = internal === undefined || internal === null;
  const state: Fields = { ...withoutNulls(fields), ...(first ? {} : decodeInternal(internal)) };
  const missing = [...REQUIRED, ...(first ? ["confirmed", "declared", "attempt"] : [])].filter(
    (field) => state[field] === undefined,
  );
  if (missing.length > 0) throw incomplete(missing);
  return state as unknown as KeyState; // the border to the engine: it hands back what `stateOut` gave it
}

/** Inputs as `check` gave them, in the canonical form that handlers compare, send and keep. */
export function inputsIn({ __provider, ...fields }: Fields): KeyInputs {
  const inputs = fields as unknown as KeyInputs; // likewise
  const sorted = canonicalOf(inputs);
  const order = orderOf(inputs, sorted);
  return order === undefined ? sorted : { ...sorted, order };
}

function withoutNulls(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

/** `pulumi import` never comes here: the engine's own "code must be a string" comes first. */
function onlyAnId(): ZkscoreError {
  return new ZkscoreError({
    code: "ZKS_INPUT",
    what: "a key can't be read by its id alone (the `id` option, `get`, `pulumi import`)",
    why: "the API shows a secret once, so a resource made that way would have none",
    remedy:
      "declare a new resource with adopt: { keyId, apiKey }, or without apiKey and with rotation.overlap: then a new key is made and the old one retired",
    safe: "no request was made",
  });
}

function incomplete(missing: readonly string[]): ZkscoreError {
  if (missing.includes("keyId") && missing.includes("ownership")) return onlyAnId();
  return new ZkscoreError({
    code: "ZKS_INPUT",
    what: `the state of a key lacks ${missing.join(", ")}`,
    why: "it wasn't written by this provider, or was edited by hand",
    remedy: "restore the state from the stack's history, or take the key over with adopt: { keyId } in a new resource",
    safe: "no request was made",
  });
}
