import { ZkscoreError } from "../domain/errors.ts";
import { ifCorrectedAlready, type Origin } from "../domain/origins.ts";

/** Where the API lives, validated: `origin` and the path prefix without a trailing slash. */
export interface Base {
  origin: string;
  prefix: string;
  loopback: boolean;
}

/**
 * True for `localhost` and addresses that can only be this machine. Not for `*.localhost`: there the name server decides.
 * Where `localhost` leads is looked at again once the connection stands.
 */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || isLoopbackAddress(hostname);
}

/** The same of the address that a socket is connected to. */
export function isLoopbackAddress(address: string): boolean {
  return address === "::1" || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(address);
}

/**
 * Parses the base URL setting. The token goes only to https, or to http on loopback; anything else is refused here,
 * before a socket exists. The setting itself is never quoted: it may hold a password.
 */
export function parseBaseUrl(setting: string, origin?: Origin): Base {
  const refused = (why: string) => unusable(why, origin);
  const url = URL.canParse(setting.trim()) ? new URL(setting.trim()) : undefined;
  if (url === undefined) throw refused("it is not an absolute URL");
  if (url.username !== "" || url.password !== "") throw refused("it holds a user name or password");
  if (url.search !== "" || url.hash !== "" || /[?#]/.test(setting)) throw refused("it holds a query or a fragment");
  const loopback = isLoopback(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && loopback)) {
    throw refused("it is not https, and the token would travel in clear (http is for loopback only)");
  }
  return { origin: url.origin, prefix: url.pathname.replace(/\/+$/, ""), loopback };
}

function unusable(why: string, origin: Origin | undefined): ZkscoreError {
  return new ZkscoreError({
    code: "ZKS_CONFIG",
    what: "The base URL of the ZKScore API can't be used",
    why,
    remedy: `Set ZKSCORE_BASE_URL or zkscore:baseUrl to https://host/prefix, for example https://api-mainnet.onzks.com/v1${ifCorrectedAlready("baseUrl", origin)}`,
    safe: "no request was sent",
    outcome: "not-executed",
  });
}
