import { type Block, parseBlock } from "../provider/domain/cidr.ts";

/** Ranges no caller comes from over the internet (RFC 6890). Documentation ranges are left out: examples use them. */
const SPECIAL: readonly (readonly [string, string])[] = [
  ["0.0.0.0/8", "this network"],
  ["10.0.0.0/8", "private"],
  ["100.64.0.0/10", "carrier-grade NAT"],
  ["127.0.0.0/8", "loopback"],
  ["169.254.0.0/16", "link-local"],
  ["172.16.0.0/12", "private"],
  ["192.0.0.0/24", "protocol assignments"],
  ["192.168.0.0/16", "private"],
  ["198.18.0.0/15", "benchmarking"],
  ["224.0.0.0/3", "multicast or reserved"],
  ["::/127", "unspecified or loopback"],
  ["64:ff9b:1::/48", "local translation"],
  ["100::/64", "discard"],
  ["fc00::/7", "private"],
  ["fe80::/10", "link-local"],
  ["ff00::/8", "multicast"],
];

const SPECIAL_BLOCKS = SPECIAL.flatMap(([text, kind]) => {
  const block = parseBlock(text);
  return block === undefined ? [] : [{ block, kind }];
});

const MAPPED = parseBlock("::ffff:0:0/96");

/** A block; an IPv4 address written as IPv6 (`::ffff:10.0.0.1`) is the IPv4 one, or it would pass as something else. */
export function readBlock(text: string): Block | undefined {
  const block = parseBlock(text);
  if (block === undefined || block.family === 4 || block.prefix < 96 || MAPPED === undefined) return block;
  if (!overlaps(block, MAPPED)) return block;
  return { ...block, family: 4, bits: block.bits & 0xffff_ffffn, prefix: block.prefix - 96 };
}

/** True if some address lies in both. */
export function overlaps(a: Block, b: Block): boolean {
  if (a.family !== b.family) return false;
  const shift = BigInt((a.family === 4 ? 32 : 128) - Math.min(a.prefix, b.prefix));
  return a.bits >> shift === b.bits >> shift;
}

/** What a block reaches into that an allow-list has no use for. By overlap, so that widening never makes it right. */
export function specialRange(block: Block): string | undefined {
  return SPECIAL_BLOCKS.find((special) => overlaps(special.block, block))?.kind;
}
