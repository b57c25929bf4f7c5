import { type Block, parseBlock } from "../../provider/domain/cidr.ts";

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
  ["fec0::/10", "site-local"],
  ["ff00::/8", "multicast"],
];

const SPECIAL_BLOCKS = SPECIAL.flatMap(([text, kind]) => known(text).map((block) => ({ block, kind })));

/** IPv6 addresses that stand for IPv4 ones: where the 32 bits lie (bits to their right), and whether they are inverted. */
const EMBEDDINGS = [
  ["::/96", 0, false], // IPv4-compatible, RFC 4291
  ["::ffff:0:0/96", 0, false], // IPv4-mapped
  ["::ffff:0:0:0/96", 0, false], // IPv4-translated (SIIT), RFC 2765
  ["64:ff9b::/96", 0, false], // NAT64, RFC 6052
  ["2001::/32", 0, true], // Teredo, RFC 4380: the client's address, inverted
  ["2002::/16", 80, false], // 6to4, RFC 3056
].flatMap(([text, right, inverted]) =>
  known(String(text)).map((range) => ({ range, right: Number(right), inverted: inverted === true })),
);

const MAPPED = known("::ffff:0:0/96");
const ALL_V4 = (1n << 32n) - 1n;

/** A block; an IPv4 address written as IPv6 (`::ffff:10.0.0.1`) is the IPv4 one, or it would pass as something else. */
export function readBlock(text: string): Block | undefined {
  const block = parseBlock(text);
  if (block === undefined || block.family === 4 || block.prefix < 96) return block;
  if (!MAPPED.some((mapped) => overlaps(block, mapped))) return block;
  return { ...block, family: 4, bits: block.bits & ALL_V4, prefix: block.prefix - 96 };
}

/** True if some address lies in both. */
export function overlaps(a: Block, b: Block): boolean {
  if (a.family !== b.family) return false;
  const shift = BigInt((a.family === 4 ? 32 : 128) - Math.min(a.prefix, b.prefix));
  return a.bits >> shift === b.bits >> shift;
}

/** True if every address of the second lies in the first. */
export function contains(outer: Block, inner: Block): boolean {
  return outer.prefix <= inner.prefix && overlaps(outer, inner);
}

/**
 * The IPv4 blocks that a block lets in: itself, or what its addresses stand for, through mapping, translation and
 * tunnels. An allow-list that is compared with the embedded address lets them in, whoever does the translating.
 */
export function asIPv4(block: Block): Block[] {
  if (block.family === 4) return [block];
  return EMBEDDINGS.filter(({ range }) => overlaps(range, block)).map(({ range, right, inverted }) => {
    const prefix = Math.min(32, Math.max(0, block.prefix - (96 - right)));
    const bits = contains(range, block) ? (block.bits >> BigInt(right)) & ALL_V4 : 0n;
    const host = (1n << BigInt(32 - prefix)) - 1n;
    return { family: 4, bits: (inverted ? bits ^ ALL_V4 : bits) & (ALL_V4 ^ host), prefix, hostBits: false };
  });
}

/** What a block reaches into that an allow-list has no use for. By overlap, so that widening never makes it right. */
export function specialRange(block: Block): string | undefined {
  return SPECIAL_BLOCKS.find((special) => overlaps(special.block, block))?.kind;
}

function known(text: string): Block[] {
  const block = parseBlock(text);
  return block === undefined ? [] : [block];
}
