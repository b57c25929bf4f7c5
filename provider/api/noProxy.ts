import { BlockList, isIP } from "node:net";

/**
 * Whether `NO_PROXY` exempts this host: entries between commas or spaces, each `*`, a name (with the names below it), a
 * name with a dot or `*.` in front (the names below it only with `*.`), an address, or a CIDR block; `:port` confines it.
 */
export function exempts(list: string, hostname: string, port: number): boolean {
  const host = bare(hostname);
  return list
    .split(/[,\s]+/)
    .filter((entry) => entry !== "")
    .some((entry) => {
      const [, name = entry, only] = /^(.*[^:]|\[.+\]):(\d+)$/.exec(entry) ?? [];
      // A bare IPv6 address has colons of its own.
      const [target, confined] = isIP(entry) === 6 ? [entry, undefined] : [bare(name), only];
      return (confined === undefined || Number(confined) === port) && matches(target, host);
    });
}

function matches(entry: string, host: string): boolean {
  if (entry === "*" || entry === host) return true;
  if (entry.includes("/")) return inBlock(entry, host);
  const below = entry.replace(/^\*?\./, "");
  return host.endsWith(`.${below}`) || (entry.startsWith(".") && host === below);
}

function inBlock(block: string, host: string): boolean {
  const [address = "", bits = ""] = block.split("/");
  const kind = isIP(address);
  if (kind === 0 || isIP(host) !== kind || !/^\d{1,3}$/.test(bits) || Number(bits) > (kind === 4 ? 32 : 128))
    return false;
  const family = kind === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(address, Number(bits), family);
  return list.check(host, family);
}

/** Lower case, without brackets and without the dot that marks a full name. */
function bare(name: string): string {
  return name
    .toLowerCase()
    .replace(/^\[(.+)\]$/, "$1")
    .replace(/(.)\.$/, "$1");
}
