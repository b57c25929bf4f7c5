import { isIP } from "node:net";
import { parseBlock } from "../../provider/domain/cidr.ts";
import { anyGlobMatches } from "../settings/glob.ts";
import { specialRange } from "./blocks.ts";

/** What is wrong with a webhook's URL, by kind. */
export interface UrlFault {
  readonly code: string;
  readonly message: string;
  /** True where the remedy is to take a credential out. */
  readonly credential?: true;
}

/** Globs of hosts inside networks, and of names of parameters that say secret. */
export interface UrlLists {
  readonly innerHosts: readonly string[];
  readonly secretParameters: readonly string[];
}

/**
 * Judges the text that is sent, not what one parser makes of it: the API's own may read it otherwise. So the part that
 * says where a delivery goes must be plain, `https://host/…` with a host of letters, digits and hyphens, which all
 * parsers read alike; the rest is searched for credentials, whatever separates it.
 */
export function urlFaults(text: string, lists: UrlLists): UrlFault[] {
  const [, scheme = "", authority = "", rest = ""] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#\\]*)([\s\S]*)$/i.exec(text) ?? [];
  const found: UrlFault[] = [];
  if (/[\p{C}\p{Z}\\]/u.test(text) || decodings(text).some((shape) => /\p{Cc}/u.test(shape))) {
    found.push({ code: "ambiguous", message: "holds a space, a backslash, or a character that can't be seen" });
  }
  if (scheme !== "") {
    if (scheme.toLowerCase() !== "https") found.push({ code: "not-https", message: "isn't https" });
    found.push(...authorityFaults(authority, text, lists));
  } else if (URL.canParse(text)) {
    found.push({ code: "ambiguous", message: "isn't written as `https://host/…`; only some parsers read it so" });
  } else found.push({ code: "unreadable", message: "is no URL" });
  return [...found, ...credentialFaults(scheme === "" ? text : rest, lists.secretParameters)];
}

function authorityFaults(authority: string, text: string, { innerHosts }: UrlLists): UrlFault[] {
  const at = authority.lastIndexOf("@");
  const found: UrlFault[] = [];
  if (at >= 0) found.push({ code: "userinfo", message: "holds a user name or password", credential: true });
  const [, name = "", port] = /^(\[[^\]]*\]|[^:]*)(?::([\s\S]*))?$/.exec(authority.slice(at + 1)) ?? [];
  if (port !== undefined && port !== "443")
    found.push({ code: "port", message: "names a port other than https's own" });
  const host = name.toLowerCase().replace(/\.+$/, "");
  if (isAddress(host)) return [...found, { code: "ip-literal", message: "names its host by IP address" }];
  if (!host.includes(".") || anyGlobMatches(innerHosts, host) || holdsInnerAddress(host)) {
    const message = "names a host inside a network, or one that hands out cloud credentials";
    found.push({ code: "inner-host", message });
  } else if (!isPlain(name) || URL.parse(text)?.hostname !== host) {
    const message = "has a host that parsers read differently; write it in plain letters, digits and hyphens";
    found.push({ code: "ambiguous", message });
  }
  return found;
}

/** A name in DNS's own letters, as RFC 1123 has it (and `_`, which is in use), without a dot at its end. */
function isPlain(name: string): boolean {
  const labels = name.split(".");
  return name.length <= 253 && labels.every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(label));
}

/** What parsers take for an address: `[::1]`, `127.0.0.1`, and the old forms `0x7f.1`, `017700000001`, `2130706433`. */
function isAddress(host: string): boolean {
  if (host.startsWith("[") || isIP(host) !== 0) return true;
  return /^(?:\d+|0x[0-9a-f]*)$/.test(host.split(".").at(-1) ?? "");
}

/** Names that carry a private address, as `10-0-0-1.example.com` does for resolvers that answer with it. */
function holdsInnerAddress(host: string): boolean {
  const addresses = [...host.matchAll(/(?<!\d)(\d{1,3})[.-](\d{1,3})[.-](\d{1,3})[.-](\d{1,3})(?!\d)/g)];
  return addresses.some(([, ...parts]) => {
    const block = parseBlock(parts.map(Number).join("."));
    return block !== undefined && specialRange(block) !== undefined;
  });
}

/** Forms by which credentials are known, whoever issued them: our own keys, JWT, cloud and forge tokens, private keys. */
const TOKENS =
  /zk_[a-z]+_|eyJ[\w-]{8,}\.[\w-]{8,}\.|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[opsur]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|\bxox[abeoprs]-[\w-]{8,}|\b[sr]k_(?:live|test|prod)_\w{8,}|\bAIza[\w-]{30,}|\bya29\.[\w-]{8,}|-----BEGIN/i;

function credentialFaults(rest: string, secretParameters: readonly string[]): UrlFault[] {
  const shapes = decodings(rest);
  const found: UrlFault[] = [];
  if (shapes.flatMap(namesIn).some((name) => anyGlobMatches(secretParameters, name))) {
    found.push({ code: "secret-in-query", message: "has a query parameter that carries a secret", credential: true });
  }
  if (shapes.some((shape) => TOKENS.test(shape))) {
    found.push({ code: "token", message: "holds what looks like a token or a key", credential: true });
  }
  if (shapes.some((shape) => /\/\/[^/?#]*@/.test(shape))) {
    found.push({ code: "userinfo", message: "holds another URL with a user name or password", credential: true });
  }
  return found;
}

/** What is given a value, wherever it stands (`?sig=`, `#access_token=`, `/jwt=`), and words of the query without one. */
function namesIn(text: string): string[] {
  const given = [...text.matchAll(/([\w.~-]+)(?:\[[^\]]*\])?=/g)].map(([, name = ""]) => name);
  const words = text
    .split(/[?#]/)
    .slice(1)
    .flatMap((part) => part.split(/[&;]/));
  return [...given, ...words.map((word) => word.split("=")[0] ?? "")].map((name) =>
    name.toLowerCase().replace(/[^a-z0-9]/g, ""),
  );
}

/** The text as written and with its percent-encoding taken off, layer by layer: `%74oken=` says token to who receives it. */
function decodings(text: string): string[] {
  const shapes = [text];
  for (let layer = 0; layer < 3; layer++) {
    const last = shapes.at(-1) ?? "";
    const next = last.replace(/%[0-9a-f]{2}/gi, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));
    if (next === last) break;
    shapes.push(next);
  }
  return shapes;
}
