import { isIP } from "node:net";
import { holdsKey, percentDecoded } from "./keyForm.ts";

/** A webhook's URL, each part exactly as it is written and sent. */
export interface WebhookUrl {
  scheme: "https" | "http";
  /** As written, in lower case. An IPv6 address keeps its brackets. */
  host: string;
  /** Undefined: the scheme's own. */
  port: number | undefined;
  /** Empty, or from the first `/` to the query. */
  path: string;
  /** Without `?`; empty where there is none. */
  query: string;
  /** Without `#`; empty where there is none. */
  fragment: string;
}

/** The parts of a URL that everybody reads alike, or what is wrong with it: cause, then remedy, never the URL. */
export type ReadWebhookUrl = { url: WebhookUrl } | { fault: string };

/**
 * Reads a webhook's URL as it is written, since that text is what is sent: a parser that mends it first (WHATWG's turns
 * `\` into `/` and drops tabs) would judge another URL than the one the API gets. A URL passes only where its host can be
 * read in one way. Which hosts and ports a webhook may name isn't judged here: that is for the policy pack.
 */
export function readWebhookUrl(text: string): ReadWebhookUrl {
  const fault = charactersFault(text);
  if (fault !== undefined) return { fault };
  const [, scheme = "", authority = "", path = "", query = "", fragment = ""] = PARTS.exec(text) ?? [];
  if (scheme === "") return { fault: NO_URL };
  // Up to the first `/`, so that what stands behind a `?` or `#` can't be taken for a user by an old parser.
  if (
    text
      .slice(scheme.length + 3)
      .split("/")[0]
      ?.includes("@") === true
  ) {
    return { fault: "holds a user name or password; sign deliveries with `secret` instead" };
  }
  const [, host = "", port] = HOST_AND_PORT.exec(authority.toLowerCase()) ?? [];
  if (!isPlainHost(host) || new URL(`https://${host}/`).hostname !== whatwg(host)) return { fault: ODD_HOST };
  if (port !== undefined && !isPort(port)) {
    return { fault: "has a port that is no number from 1 to 65535; correct it, or leave it out" };
  }
  if (!URL.canParse(text)) return { fault: NO_URL };
  if (holdsCredential(path, query, fragment)) {
    return { fault: "holds a credential, which access logs would keep; sign deliveries with `secret` instead" };
  }
  const number = port === undefined ? undefined : Number(port);
  return { url: { scheme: schemeOf(scheme), host, port: number, path, query, fragment } };
}

const NO_URL = 'is not an http(s) URL; write an absolute one, such as "https://hooks.example.com/zkscore"';
const ODD_HOST = "has a host that not all programs read alike; write a plain name, or an address in its usual form";

const PARTS = /^(https?):\/\/([^/?#]*)(\/[^?#]*)?(?:\?([^#]*))?(?:#(.*))?$/i;
const HOST_AND_PORT = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/;
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** A URL is printable ASCII (RFC 3986); controls count percent-encoded, too, since some servers decode before they send. */
function charactersFault(text: string): string | undefined {
  if (text.includes("\\")) return "holds a backslash, which some programs read as `/`; remove it";
  if (/\p{White_Space}/u.test(text)) return "holds whitespace; remove it, or percent-encode it";
  if (/\p{Cc}/u.test(text) || /%[01][0-9a-f]|%7f/i.test(text)) return "holds a control character; remove it";
  return /[^!-~]/.test(text) ? "isn't all ASCII; write an IDN as xn--…, and percent-encode the rest" : undefined;
}

function isPlainHost(host: string): boolean {
  if (host.startsWith("[")) return isIP(host.slice(1, -1)) === 6 && !host.includes("%");
  const labels = host.split(".");
  const last = labels.at(-1) ?? "";
  // A name that ends in a number is an address to some (127.1, 0x7f.1, 017700000001), and a name to others.
  if (/^(\d+|0x[0-9a-f]*)$/.test(last)) return isIP(host) === 4;
  return host.length <= 253 && labels.every((label) => LABEL.test(label)) && URL.canParse(`https://${host}/`);
}

/** How WHATWG's parser spells a host that is plain: only IPv6 has more than one spelling. */
function whatwg(host: string): string {
  return host.startsWith("[") ? new URL(`https://${host}/`).hostname : host;
}

function isPort(text: string): boolean {
  return /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535;
}

function schemeOf(scheme: string): WebhookUrl["scheme"] {
  return scheme.toLowerCase() === "http" ? "http" : "https";
}

/** A JSON Web Token. */
const JWT = /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\./;

/**
 * Parameters that can hold nothing but a credential. Not here, since an honest receiver may know no other way (`sig` of a
 * Logic App, `code` of a Function, `token`): those are the policy pack's.
 */
const CREDENTIALS =
  /^(x-(amz|goog|oss|cos|ms)-(signature|credential|security-token)|awsaccesskeyid|googleaccessid|ossaccesskeyid|jwt|(access|id|refresh|auth|bearer|session)[-_]?token|password|passwd|pwd|passphrase|client[-_]?secret|private[-_]?key|(x-)?api[-_]?key|authorization|credentials?)$/i;

function holdsCredential(path: string, query: string, fragment: string): boolean {
  const parts = [path, query, fragment].map(percentDecoded);
  if (parts.some((part) => holdsKey(part) || JWT.test(part))) return true;
  const names = parts.flatMap((part) => part.split(/[/?#&;]/).flatMap((pair) => /^([^=]*)=./.exec(pair)?.[1] ?? []));
  return names.some((name) => CREDENTIALS.test(name));
}
