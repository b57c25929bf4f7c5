// An oracle on purpose, beside provider/domain/cidr.ts: what the provider takes an address for is tested against this.
import { BlockList, isIP } from "node:net";

interface Block {
  address: string;
  family: "ipv4" | "ipv6";
  prefix: number;
}

function parse(entry: string): Block | undefined {
  const [address = "", bits, ...rest] = entry.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0 || address.includes("%")) return undefined; // a zone means something on one machine only
  const width = version === 4 ? 32 : 128;
  if (bits !== undefined && !/^(0|[1-9]\d{0,2})$/.test(bits)) return undefined;
  const prefix = bits === undefined ? width : Number(bits);
  return prefix > width ? undefined : { address, family: version === 4 ? "ipv4" : "ipv6", prefix };
}

/** Whether an `ipWhitelist` entry is an address or a CIDR block, v4 or v6. */
export function isAddressOrBlock(entry: string): boolean {
  return parse(entry) !== undefined;
}

/** Whether a client's address is in a whitelist. An empty list allows nobody. */
export function isListed(client: string, whitelist: readonly string[]): boolean {
  const address = client.startsWith("::ffff:") ? client.slice(7) : client;
  const version = isIP(address);
  if (version === 0) return false;
  const list = new BlockList();
  for (const entry of whitelist) {
    const block = parse(entry);
    if (block !== undefined) list.addSubnet(block.address, block.prefix, block.family);
  }
  return list.check(address, version === 4 ? "ipv4" : "ipv6");
}

/** An entry as a normalising server rewrites it: always a block, v4 host bits cleared, v6 in short lower-case form. */
export function canonicalBlock(entry: string): string {
  const block = parse(entry);
  if (block === undefined) return entry;
  if (block.family === "ipv6") {
    return `${new URL(`http://[${block.address}]/`).hostname.slice(1, -1)}/${block.prefix}`;
  }
  const bits = block.address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const size = 2 ** (32 - block.prefix);
  const network = Math.floor(bits / size) * size;
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(network / 2 ** shift) % 256);
  return `${octets.join(".")}/${block.prefix}`;
}

/** Whether a URL's host is this machine, the only place the emulator ever connects to. */
export function isLoopback(url: URL): boolean {
  return url.hostname === "localhost" || url.hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(url.hostname);
}
