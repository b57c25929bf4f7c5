import { dropUndefined } from "./bag.ts";
import { ZkscoreError } from "./errors.ts";
import type { KeyState, Ownership } from "./inputs.ts";
import { ownerOf, urnOf } from "./marker.ts";

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
  ownership: "w",
} as const satisfies Partial<Record<keyof KeyState, string>>;

/** The fields of `ownership`, likewise. The owner is left out where the others give it. */
const OWNERSHIP = {
  identity: "i",
  owner: "o",
  project: "p",
  stack: "s",
  name: "n",
  parents: "t",
  ignored: "g",
} as const satisfies Record<keyof Ownership, string>;

type Field = keyof typeof SHORT;
export type Internal = Pick<KeyState, Field>;

// A border: the keys of an object literal are its fields.
export const INTERNAL_FIELDS = Object.keys(SHORT) as Field[];

/** The version this release writes. One that it can read but not write would be a lower one. */
const VERSION = 1;

/** The output `internal`: JSON that starts with its version; absent fields are left out. */
export function encodeInternal(internal: Internal): string {
  const { ownership } = internal;
  const derived = ownership.owner === ownerOf(ownership.identity, urnOf(ownership));
  const whose = shortened(derived ? { ...ownership, owner: undefined } : ownership, OWNERSHIP);
  return JSON.stringify({ v: VERSION, ...shortened({ ...internal, ownership: whose }, SHORT) });
}

/** The fields of `bag` under other names; absent ones are left out. */
function renamed(bag: object, names: readonly (readonly [from: string, to: string])[]): Record<string, unknown> {
  const values = new Map(Object.entries(bag));
  return dropUndefined(Object.fromEntries(names.map(([from, to]) => [to, values.get(from)])));
}

function shortened(bag: object, names: Readonly<Record<string, string>>): Record<string, unknown> {
  return renamed(bag, Object.entries(names));
}

function lengthened(bag: object, names: Readonly<Record<string, string>>): Record<string, unknown> {
  return renamed(
    bag,
    Object.entries(names).map(([field, short]) => [short, field]),
  );
}

/** Reads the output `internal`. Throws `ZKS_INPUT` for one that a newer release wrote, and for one that was edited. */
export function decodeInternal(text: unknown): Omit<Internal, "ownership"> & Partial<Internal> {
  const read = parsed(text);
  const version = read["v"];
  if (typeof version === "number" && version > VERSION) throw newer();
  const { ownership: short, ...fields } = lengthened(read, SHORT);
  const ownership = ownershipIn(short);
  const found = ownership === undefined ? fields : { ...fields, ownership };
  if (version !== VERSION || !isInternal(found)) throw edited();
  return found;
}

/** The same, for who may not refuse a state: undefined where it can't be read. */
export function readInternal(text: unknown): ReturnType<typeof decodeInternal> | undefined {
  // Policies ask of every resource, and most have none: an error for each would cost its stack.
  if (typeof text !== "string") return undefined;
  try {
    return decodeInternal(text);
  } catch {
    return undefined;
  }
}

function ownershipIn(short: unknown): Ownership | undefined {
  if (typeof short !== "object" || short === null) return undefined;
  const { identity, owner, project, stack, name, parents, ignored } = lengthened(short, OWNERSHIP);
  const texts = { identity, project, stack, name, ...(parents === undefined ? {} : { parents }) };
  if (!isTexts(texts) || !(ignored === undefined || Array.isArray(ignored))) return undefined;
  const { identity: id, ...names } = texts;
  return {
    ...texts,
    owner: typeof owner === "string" ? owner : ownerOf(id, urnOf(names)),
    ...(ignored === undefined ? {} : { ignored: ignored.map(String) }),
  };
}

type Texts = Pick<Ownership, "identity" | "project" | "stack" | "name" | "parents">;

function isTexts(found: object): found is Texts {
  return Object.values(found).every((value) => typeof value === "string");
}

function isInternal(found: Record<string, unknown>): found is Record<string, unknown> & Omit<Internal, "ownership"> {
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
