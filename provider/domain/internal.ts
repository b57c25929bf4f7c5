import { ZkscoreError } from "./errors.ts";
import type { KeyState } from "./inputs.ts";

/** What only this provider reads of a key's state, under its short name. A permanent interface: old states hold it. */
const SHORT = {
  attempt: "a",
  declared: "d",
  confirmed: "c",
  salt: "s",
  heldBy: "h",
  unfinished: "u",
  adoptedAt: "t",
  retires: "r",
  order: "o",
  unproven: "p",
} as const satisfies Partial<Record<keyof KeyState, string>>;

type Field = keyof typeof SHORT;
export type Internal = Pick<KeyState, Field>;

// A border: the keys of an object literal are its fields.
export const INTERNAL_FIELDS = Object.keys(SHORT) as Field[];

/** The version this release writes. One that it can read but not write would be a lower one. */
const VERSION = 1;

/** The output `internal`: JSON that starts with its version; absent fields are left out. */
export function encodeInternal(internal: Internal): string {
  const entries = INTERNAL_FIELDS.flatMap((field) => {
    const value = internal[field];
    return value === undefined ? [] : [[SHORT[field], value]];
  });
  return JSON.stringify({ v: VERSION, ...Object.fromEntries(entries) });
}

/** Reads the output `internal`. Throws `ZKS_INPUT` for one that a newer release wrote, and for one that was edited. */
export function decodeInternal(text: unknown): Internal {
  const read = parsed(text);
  const version = read["v"];
  if (typeof version === "number" && version > VERSION) throw newer();
  const found = Object.fromEntries(
    INTERNAL_FIELDS.flatMap((field) => (read[SHORT[field]] === undefined ? [] : [[field, read[SHORT[field]]]])),
  );
  if (version !== VERSION || !isInternal(found)) throw edited();
  return found;
}

function isInternal(found: Record<string, unknown>): found is Record<string, unknown> & Internal {
  const { attempt, declared, confirmed, retires, unproven } = found;
  const digests = typeof confirmed === "object" && confirmed !== null ? Object.values(confirmed) : [undefined];
  return (
    typeof attempt === "string" &&
    Array.isArray(declared) &&
    digests.every((digest) => typeof digest === "string") &&
    (retires === undefined || Array.isArray(retires)) &&
    (unproven === undefined || Array.isArray(unproven)) &&
    (["salt", "heldBy", "unfinished", "adoptedAt"] as const).every((field) =>
      ["string", "undefined"].includes(typeof found[field]),
    )
  );
}

function parsed(text: unknown): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(String(text));
    if (typeof value === "object" && value !== null) return { ...value };
  } catch {
    // Not JSON: said below, without the text.
  }
  throw edited();
}

function newer(): ZkscoreError {
  return new ZkscoreError({
    code: "ZKS_INPUT",
    what: "the state was written by a newer pulumi-zkscore",
    why: "this release doesn't know what it says",
    remedy: "upgrade the package",
    safe: "no request was made",
  });
}

function edited(): ZkscoreError {
  return new ZkscoreError({
    code: "ZKS_INPUT",
    what: "the output `internal` in the state of a key can't be read",
    why: "it wasn't written by this provider, or was edited by hand",
    remedy: "restore the state from the stack's history",
    safe: "no request was made",
  });
}
