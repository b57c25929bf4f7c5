import type { Block } from "../../provider/domain/cidr.ts";
import { member, plainStrings } from "../bag.ts";
import { define, type Finding } from "../definition.ts";
import { overlaps, readBlock, specialRange } from "../network.ts";
import { flag, integer } from "../parameters.ts";
import { cwe, nist } from "../references.ts";
import { isUnknown, type ListView } from "../view.ts";
import { outsideProduction } from "./shared.ts";

export const ipAllowList = define({
  id: "ip-allow-list",
  title: "Production keys work from known addresses only",
  severity: "high",
  level: "mandatory",
  rule: "In production each permission has an `ipWhitelist`; every list names real, narrow, public blocks, each once.",
  why:
    "A stolen key that only works from your own addresses is stolen for nothing. A list with everything in it, or with " +
    "private ranges that the API never sees, looks like a fence and is none.",
  references: [nist("SC-7"), cwe(284, "Improper Access Control")],
  reads: ["permissions[].restrictions.ipWhitelist"],
  parameters: {
    minPrefixV4: integer("The shortest IPv4 prefix a block may have.", 16),
    minPrefixV6: integer("The shortest IPv6 prefix a block may have.", 32),
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
        yield { rule: "absent", path: ipWhitelist.path, message: "isn't set: the key works from everywhere" };
      }
      yield* badBlocks(ipWhitelist, params);
    }
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
  readonly allowPrivate: boolean;
}

function* badBlocks(list: ListView, limits: Limits): Iterable<Finding> {
  const blocks: { path: string; block: Block }[] = [];
  for (const { path, value } of list.items) {
    const block = readBlock(value);
    if (block === undefined) {
      yield { rule: "unreadable", path, message: "is no IP address or CIDR block" };
      continue;
    }
    const shortest = block.family === 4 ? limits.minPrefixV4 : limits.minPrefixV6;
    if (block.prefix === 0) yield { rule: "everyone", path, message: "lets every address in" };
    else if (block.prefix < shortest) {
      yield {
        rule: "wide",
        path,
        step: 1,
        message: `has a prefix of /${block.prefix}; at least /${shortest} is wanted`,
      };
    }
    const special = limits.allowPrivate || block.prefix === 0 ? undefined : specialRange(block);
    if (special !== undefined) {
      yield {
        rule: "special",
        path,
        message: `reaches into a range that no caller comes from over the internet (${special})`,
      };
    }
    const twin = blocks.find((other) => overlaps(other.block, block));
    if (twin !== undefined)
      yield { rule: "overlap", path, step: 2, message: `overlaps ${twin.path}: remove the narrower one` };
    blocks.push({ path, block });
  }
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
