import { parseBlock, rangeOf } from "./cidr.ts";
import { difference, intersection, type Spans, sizeOf, spansOf } from "./spans.ts";
import { ACTIONS, RESOURCES } from "./vocabulary.ts";

export const RESTRICTIONS = ["identities", "chains", "ipWhitelist"] as const;
export type Restriction = (typeof RESTRICTIONS)[number];

/** A permission as a program, a state or an account says it. */
export interface Granting {
  readonly resource: string;
  readonly actions: readonly string[];
  readonly restrictions?: { readonly [name in Restriction]?: Entries | null | undefined } | null | undefined;
}
type Entries = readonly (string | number)[];

/** How far a restriction lets a grant reach: so many identities, chains or addresses. */
export type Extent = bigint | "unrestricted";

export interface RestrictionChange {
  readonly restriction: Restriction;
  readonly before: Extent;
  readonly after: Extent;
}

/** One resource with one action, both named, that reaches further on one side than on the other. */
export interface GrantChange {
  readonly resource: string;
  readonly action: string;
  /** The other side doesn't have the grant at all. */
  readonly whole: boolean;
  /** `whole`: what restricts it. Else the restrictions that reach further; none = they are only combined otherwise. */
  readonly restrictions: readonly RestrictionChange[];
}

export interface GrantComparison {
  readonly equal: boolean;
  /** What is allowed after and wasn't before. */
  readonly wider: readonly GrantChange[];
  /** What was allowed before and isn't after. */
  readonly narrower: readonly GrantChange[];
}

/**
 * Compares two sets of permissions by what they allow, whatever their order, case, entries and spelling: per resource and
 * action, `all` expanded, by who, on which chain, from which address. Addresses are compared as sets; an IPv4 address and
 * its IPv4-mapped IPv6 one are one. An absent restriction allows everything. An empty one may mean everything or nothing:
 * it counts as nothing before and as everything after, so that doubt shows as wider. Names outside the catalogue count.
 */
export function compareGrants(before: readonly Granting[], after: readonly Granting[]): GrantComparison {
  const words = wordsOf([...before, ...after]);
  const [had, has] = [reachOf(before, words, "nothing"), reachOf(after, words, "everything")];
  const wider = beyond(has, had).map(([grant, after, before]) => changeOf(grant, words, { before, after }, "after"));
  const narrower = beyond(had, has).map(([grant, before, after]) =>
    changeOf(grant, words, { before, after }, "before"),
  );
  return { equal: wider.length + narrower.length === 0, wider, narrower };
}

/** The same permissions, with `read` wherever they grant `write`: a server may take one to imply the other. */
export function withImpliedRead(permissions: readonly Granting[]): Granting[] {
  const writes = ({ actions }: Granting) => actions.some((action) => word(action) === "write");
  return permissions.map((one) => (writes(one) ? { ...one, actions: [...one.actions, "read"] } : one));
}

/** For whom, on which chains, from which addresses something is allowed: one set of numbers a restriction. */
type Box = readonly [identities: Spans, chains: Spans, addresses: Spans];

/** Boxes per resource, then action; their union is allowed. */
type Reach = ReadonlyMap<string, ReadonlyMap<string, Box[]>>;

/** What numbers stand for: every word of both sides has its own. */
interface Words {
  readonly resources: readonly string[];
  readonly actions: readonly string[];
  readonly numbers: Readonly<Record<Restriction, ReadonlyMap<string, bigint>>>;
  /** All of them, and for identities and chains one more: those that nobody named. */
  readonly unrestricted: Box;
}

/** IPv6 addresses are their own numbers, IPv4 lies among them as IPv4-mapped. Entries that are no address come after. */
const ADDRESSES = 1n << 128n;
const MAPPED = 0xffffn << 32n;

function wordsOf(permissions: readonly Granting[]): Words {
  const named = (restriction: Restriction) => {
    const entries = permissions.flatMap(({ restrictions }) => restrictions?.[restriction] ?? []).map(word);
    const own = restriction === "ipWhitelist" ? entries.filter((entry) => addressesOf(entry) === undefined) : entries;
    return new Map([...new Set(own)].map((entry, index) => [entry, BigInt(index)]));
  };
  const numbers = { identities: named("identities"), chains: named("chains"), ipWhitelist: named("ipWhitelist") };
  return {
    resources: namesOf(
      RESOURCES,
      permissions.map(({ resource }) => resource),
    ),
    actions: namesOf(
      ACTIONS,
      permissions.flatMap(({ actions }) => actions),
    ),
    numbers,
    unrestricted: [
      [[0n, BigInt(numbers.identities.size)]],
      [[0n, BigInt(numbers.chains.size)]],
      [[0n, ADDRESSES - 1n + BigInt(numbers.ipWhitelist.size)]],
    ],
  };
}

/** The catalogue's names and those that were seen, without `all`, which stands for each of them. */
function namesOf(catalogue: readonly string[], seen: readonly string[]): string[] {
  return [...new Set([...catalogue, ...seen.map(word)])].filter((name) => name !== "all");
}

function reachOf(permissions: readonly Granting[], words: Words, empty: "everything" | "nothing"): Reach {
  const reach = new Map<string, Map<string, Box[]>>();
  for (const { resource, actions, restrictions } of permissions) {
    const box = boxOf(restrictions, words, empty);
    if (isEmpty(box)) continue;
    const given = actions.map(word);
    for (const name of word(resource) === "all" ? words.resources : [word(resource)]) {
      const own = reach.get(name) ?? new Map<string, Box[]>();
      reach.set(name, own);
      for (const action of given.includes("all") ? words.actions : new Set(given)) {
        const boxes = own.get(action);
        if (boxes === undefined) own.set(action, [box]);
        else boxes.push(box);
      }
    }
  }
  return reach;
}

function boxOf(restrictions: Granting["restrictions"], words: Words, empty: "everything" | "nothing"): Box {
  const dimension = (restriction: Restriction, all: Spans): Spans => {
    const entries = restrictions?.[restriction];
    if (entries === undefined || entries === null || (entries.length === 0 && empty === "everything")) return all;
    return spansOf(
      entries.map((entry) => {
        const range = restriction === "ipWhitelist" ? addressesOf(word(entry)) : undefined;
        if (range !== undefined) return range;
        const number =
          (words.numbers[restriction].get(word(entry)) ?? 0n) + (restriction === "ipWhitelist" ? ADDRESSES : 0n);
        return [number, number];
      }),
    );
  };
  const [identities, chains, addresses] = words.unrestricted;
  return [dimension("identities", identities), dimension("chains", chains), dimension("ipWhitelist", addresses)];
}

/** The numbers of an address or a block. */
function addressesOf(text: string): readonly [bigint, bigint] | undefined {
  const block = parseBlock(text);
  if (block === undefined) return undefined;
  const [from, to] = rangeOf(block);
  return block.family === 4 ? [MAPPED + from, MAPPED + to] : [from, to];
}

type Grant = readonly [resource: string, action: string];

/** The grants of `one` that allow something beyond `other`, with the boxes of both. */
function beyond(one: Reach, other: Reach): [Grant, readonly Box[], readonly Box[]][] {
  return [...one].flatMap(([resource, actions]) =>
    [...actions].flatMap(([action, boxes]): [Grant, readonly Box[], readonly Box[]][] => {
      const others = other.get(resource)?.get(action) ?? [];
      return boxes.every((box) => isCovered(box, others)) ? [] : [[[resource, action], boxes, others]];
    }),
  );
}

/** Pieces that a box may be cut into. Past it the box counts as not covered: an answer made to be costly is no fine one. */
const PIECES = 2_000;

function isCovered(box: Box, others: readonly Box[]): boolean {
  let left: Box[] = [box];
  for (const other of others) {
    left = left.flatMap((piece) => without(piece, other));
    if (left.length === 0) return true;
    if (left.length > PIECES) return false;
  }
  return false;
}

/** `box` less `other`, as boxes that don't meet. */
function without(box: Box, other: Box): Box[] {
  const [identities, chains, addresses] = box;
  const [who, where, from] = [
    intersection(identities, other[0]),
    intersection(chains, other[1]),
    intersection(addresses, other[2]),
  ];
  if (isEmpty([who, where, from])) return [box];
  const pieces: Box[] = [
    [difference(identities, other[0]), chains, addresses],
    [who, difference(chains, other[1]), addresses],
    [who, where, difference(addresses, other[2])],
  ];
  return pieces.filter((piece) => !isEmpty(piece));
}

function isEmpty(box: Box): boolean {
  return box.some((spans) => spans.length === 0);
}

type Side = "before" | "after";

function changeOf(
  [resource, action]: Grant,
  words: Words,
  sides: Readonly<Record<Side, readonly Box[]>>,
  further: Side,
): GrantChange {
  const whole = sides.before.length === 0 || sides.after.length === 0;
  const restrictions = RESTRICTIONS.flatMap((restriction, index) => {
    const all = words.unrestricted[index] ?? [];
    const before = spansOf(sides.before.flatMap((box) => box[index] ?? []));
    const after = spansOf(sides.after.flatMap((box) => box[index] ?? []));
    const [far, near] = further === "after" ? [after, before] : [before, after];
    const counts = difference(whole ? all : far, whole ? far : near).length > 0;
    return counts ? [{ restriction, before: extentOf(before, all), after: extentOf(after, all) }] : [];
  });
  return { resource, action, whole, restrictions };
}

function extentOf(spans: Spans, all: Spans): Extent {
  return difference(all, spans).length === 0 ? "unrestricted" : sizeOf(spans);
}

/** A word as it is compared. A chain may be a number. */
function word(text: string | number): string {
  return String(text).trim().toLowerCase();
}
