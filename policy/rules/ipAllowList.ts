import type { Block } from "../../provider/domain/cidr.ts";
import { expand, grantName } from "../grants/catalogue.ts";
import { member, plainStrings } from "../key/remediation.ts";
import { isUnknown, type ListView, type PermissionView } from "../key/view.ts";
import { sizeOf } from "../network/addressSet.ts";
import { asIPv4, contains, overlaps, readBlock, specialRange } from "../network/blocks.ts";
import { define, type Finding } from "../rule.ts";
import { flag, integer } from "../settings/parameters.ts";
import { outsideProduction } from "./granted.ts";
import { cwe, nist } from "./references.ts";

export const ipAllowList = define({
  id: "ip-allow-list",
  title: "Production keys work from known addresses only",
  severity: "high",
  level: "mandatory",
  description:
    "In production each permission has an `ipWhitelist`; every list names few real, narrow, public blocks, each once.",
  why:
    "A stolen key that only works from your own addresses is stolen for nothing. A list with everything in it, or with " +
    "private ranges that the API never sees, looks like a fence and is none.",
  references: [nist("SC-7"), cwe(284, "Improper Access Control")],
  reads: ["permissions[].restrictions.ipWhitelist"],
  parameters: {
    minPrefixV4: integer("The shortest IPv4 prefix a block may have; a list holds at most that much in all.", 16),
    minPrefixV6: integer("The shortest IPv6 prefix a block may have; a list holds at most that much in all.", 32),
    maxEntries: integer("The most entries that the lists behind one grant may have.", 100, 1),
    allowPrivate: flag("Allows private and other special ranges, for an API reached over a private network.", false),
    outsideProduction: outsideProduction("advisory"),
  },
  remediation: [
    "set `restrictions.ipWhitelist` to the public addresses the application calls from (its NAT gateway's, say)",
    "several narrow blocks are better than one wide one",
    'remove what another entry holds already, or set the level to `"remediate"`',
  ],
  example: {
    stack: "acme-prod",
    path: "permissions[0].restrictions.ipWhitelist",
    insecure: ["0.0.0.0/0"],
    secure: ["203.0.113.0/24"],
  },
  *resource({ key, environment, params }) {
    for (const { ipWhitelist } of key.permissions) {
      if (environment.production && !ipWhitelist.present && !isUnknown(key, ipWhitelist.path)) {
        yield { code: "absent", path: ipWhitelist.path, message: "isn't set: the key works from everywhere" };
      }
      yield* badBlocks(ipWhitelist, params);
    }
    yield* tooMuch(key.permissions, params);
  },
  /** Sorts, and drops what another block of the list holds already: the same addresses, said once. */
  remediate({ key }, bag) {
    let changed = false;
    const places = key.permissions.flatMap(({ path, also }) => [path, ...also]);
    for (const path of places) {
      const where = `${path}.restrictions.ipWhitelist`;
      // Something unknown in it could be the wider block.
      if (isUnknown(key, where)) continue;
      if ([...key.unknown].some((unknown) => unknown.startsWith(where))) continue;
      const index = Number(/\d+/.exec(path)?.[0]);
      const restrictions = member(member(member(bag, "permissions"), index), "restrictions");
      const given = plainStrings(member(restrictions, "ipWhitelist"));
      const fewer = given === undefined ? undefined : withoutRepeats(given);
      if (given === undefined || fewer === undefined || fewer.length === new Set(given).size) continue;
      Reflect.set(Object(restrictions), "ipWhitelist", fewer);
      changed = true;
    }
    return changed;
  },
});

interface Limits {
  readonly minPrefixV4: number;
  readonly minPrefixV6: number;
  readonly maxEntries: number;
  readonly allowPrivate: boolean;
}

interface Entry {
  readonly path: string;
  readonly block: Block;
}

function* badBlocks(list: ListView, limits: Limits): Iterable<Finding> {
  const entries: Entry[] = [];
  for (const { path, value } of list.items) {
    const block = readBlock(value);
    if (block === undefined) yield { code: "unreadable", path, message: "is no IP address or CIDR block" };
    else {
      yield* badBlock({ path, block }, limits);
      entries.push({ path, block });
    }
  }
  for (const [later, earlier] of repeated(entries)) {
    yield { code: "overlap", path: later, step: 2, message: `overlaps ${earlier}: remove the narrower one` };
  }
}

/** What is wrong with one block, as it stands and as the IPv4 addresses it stands for. */
function* badBlock({ path, block }: Entry, limits: Limits): Iterable<Finding> {
  const images = asIPv4(block);
  if (block.prefix === 0) yield { code: "everyone", path, message: "lets every address in" };
  else if (images.some(({ prefix }) => prefix === 0)) {
    const message = "lets every IPv4 address in, written as IPv6 (mapped, translated or tunnelled)";
    yield { code: "everyone", path, message };
  } else {
    const wide = [block, ...images].find(({ family, prefix }) => prefix < shortest(family, limits));
    if (wide !== undefined) {
      const as = wide === block ? "" : " as IPv4";
      const message = `has a prefix of /${wide.prefix}${as}; at least /${shortest(wide.family, limits)} is wanted`;
      yield { code: "wide", path, step: 1, message };
    }
    const special = limits.allowPrivate ? undefined : [block, ...images].map(specialRange).find((kind) => kind);
    if (special !== undefined) {
      const message = `reaches into a range that no caller comes from over the internet (${special})`;
      yield { code: "special", path, message };
    }
  }
}

function shortest(family: 4 | 6, limits: Limits): number {
  return family === 4 ? limits.minPrefixV4 : limits.minPrefixV6;
}

/**
 * The lists behind each grant, taken together: many narrow blocks, in one list or in many permissions that grant the
 * same, let in as much as a wide one. In all they may hold what one block may. Each list that adds to it is named.
 */
function* tooMuch(permissions: readonly PermissionView[], limits: Limits): Iterable<Finding> {
  const behind = Map.groupBy(
    permissions.flatMap((permission) => grantsOf(permission).map((grant) => ({ grant, list: permission.ipWhitelist }))),
    ({ grant }) => grant,
  );
  const told = new Set<string>();
  for (const parts of behind.values()) {
    const lists = [...new Set(parts.map(({ list }) => list))].filter(({ items }) => items.length > 0);
    for (const { code, of, message } of excess(lists, limits)) {
      for (const { path } of lists) {
        const said = `${of} ${path}`;
        if (told.has(said)) continue;
        told.add(said);
        yield { code, path, step: 1, message };
      }
    }
  }
}

/** Of what the lists behind one grant hold too much; one block is judged by itself. */
function* excess(lists: readonly ListView[], limits: Limits): Iterable<{ code: string; of: string; message: string }> {
  const blocks = lists.flatMap(({ items }) => items.flatMap(({ value }) => readBlock(value) ?? []));
  if (blocks.length < 2) return;
  const whose = lists.length === 1 ? "" : " with those of other permissions that grant the same";
  if (blocks.length > limits.maxEntries) {
    const message = `has ${blocks.length} entries${whose}; at most ${limits.maxEntries} are read by anybody`;
    yield { code: "many", of: "entries", message };
  }
  const { v4, v6 } = sizeOf(blocks);
  for (const [family, size] of [[4, v4] as const, [6, v6] as const]) {
    const most = 1n << BigInt((family === 4 ? 32 : 128) - shortest(family, limits));
    if (size <= most) continue;
    const message = `holds more IPv${family} addresses in all${whose} than one block of /${shortest(family, limits)}, the most it may`;
    yield { code: "wide-in-all", of: `IPv${family}`, message };
  }
}

function grantsOf({ resource = "", actions }: PermissionView): string[] {
  const grants = actions.flatMap(({ value }) => expand(resource, value).map(grantName));
  return grants.length > 0 ? grants : [resource]; // what the catalogue doesn't know is still one grant
}

/**
 * Entries that share an address with one that stands before them, with the first such. Blocks lie in each other or
 * apart, so one pass over them by their start is enough, whatever the list's length.
 */
function repeated(entries: readonly Entry[]): [string, string][] {
  const sorted = entries
    .map(({ block }, at) => ({ block, at, around: at, within: at }))
    .sort(
      (a, b) =>
        a.block.family - b.block.family || compare(a.block.bits, b.block.bits) || a.block.prefix - b.block.prefix,
    );
  const open: typeof sorted = [];
  const close = () => {
    const inner = open.pop();
    const outer = open.at(-1);
    if (inner !== undefined && outer !== undefined) outer.within = Math.min(outer.within, inner.within);
  };
  for (const entry of sorted) {
    for (let top = open.at(-1); top !== undefined && !contains(top.block, entry.block); top = open.at(-1)) close();
    entry.around = Math.min(entry.at, open.at(-1)?.around ?? entry.at);
    open.push(entry);
  }
  while (open.length > 0) close();
  return sorted
    .map(({ at, around, within }) => ({ at, first: Math.min(around, within) }))
    .filter(({ at, first }) => first < at)
    .sort((a, b) => a.at - b.at)
    .map(({ at, first }) => [entries[at]?.path ?? "", entries[first]?.path ?? ""]);
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The widest blocks only, sorted; `undefined` if one of them can't be read. */
function withoutRepeats(list: readonly string[]): string[] | undefined {
  const kept: { text: string; block: Block }[] = [];
  for (const text of [...new Set(list)].sort()) {
    const block = readBlock(text);
    if (block === undefined) return undefined;
    if (kept.some((other) => other.block.prefix <= block.prefix && overlaps(other.block, block))) continue;
    const wider = kept.filter((other) => !overlaps(other.block, block));
    kept.splice(0, kept.length, ...wider, { text, block });
  }
  return kept.map(({ text }) => text);
}
