import { isIP } from "node:net";

/** An address or block: its bits as a number, the length of its prefix, and the family. */
export interface Block {
  family: 4 | 6;
  bits: bigint;
  prefix: number;
  /** True if bits beyond the prefix are set (`10.0.0.1/8`): such a block says something other than it means. */
  hostBits: boolean;
}

/** Parses an IPv4 or IPv6 address or CIDR block; `undefined` if it isn't one. An address is a block of full length. */
export function parseBlock(text: string): Block | undefined {
  const [address = "", length, ...rest] = text.trim().split("/");
  if (rest.length > 0) return undefined;
  const family = isIP(address);
  if ((family !== 4 && family !== 6) || address.includes("%")) return undefined;
  const full = family === 4 ? 32 : 128;
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return undefined;
  const prefix = length === undefined ? full : Number(length);
  if (prefix > full) return undefined;
  const bits = family === 4 ? v4Bits(address) : v6Bits(address);
  const mask = (1n << BigInt(full - prefix)) - 1n;
  return { family, bits, prefix, hostBits: (bits & mask) !== 0n };
}

/** The first and the last address of a block, as numbers of its family; host bits don't count. */
export function rangeOf({ family, bits, prefix }: Block): readonly [from: bigint, to: bigint] {
  const size = 1n << BigInt((family === 4 ? 32 : 128) - prefix);
  const from = (bits / size) * size;
  return [from, from + size - 1n];
}

/** The one spelling of a block: lower case, shortest form, no prefix on a single address. */
export function canonicalBlock(text: string): string {
  const block = parseBlock(text);
  if (block === undefined) return text;
  const address = formatAddress(block);
  return block.prefix === (block.family === 4 ? 32 : 128) ? address : `${address}/${block.prefix}`;
}

function formatAddress(block: Block): string {
  if (block.family === 4) return [24n, 16n, 8n, 0n].map((s) => String((block.bits >> s) & 255n)).join(".");
  const groups = Array.from({ length: 8 }, (_, i) => ((block.bits >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  return new URL(`http://[${groups.join(":")}]/`).hostname.slice(1, -1); // WHATWG gives RFC 5952's form
}

function v4Bits(address: string): bigint {
  return address.split(".").reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

function v6Bits(address: string): bigint {
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = "", tail] = canonical.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? [] : Array<string>(8 - left.length - right.length).fill("0");
  return [...left, ...zeros, ...right].reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}
