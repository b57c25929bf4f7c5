import { ZkscoreError } from "../domain/errors.ts";
import type { Base } from "./baseUrl.ts";
import { exempts } from "./noProxy.ts";

/** The proxy that requests go through. */
export interface ProxySetting {
  /** The environment variable that names it. */
  variable: string;
  kind: "http" | "https" | "socks5";
  hostname: string;
  port: number;
  /** `host:port`, the only part of the setting that is ever shown. */
  place: string;
  credentials?: { user: string; password: string };
}

type Environment = Readonly<Record<string, string | undefined>>;

const SCHEMES: Readonly<Record<string, { kind: ProxySetting["kind"]; port: number } | undefined>> = {
  "http:": { kind: "http", port: 80 },
  "https:": { kind: "https", port: 443 },
  "socks:": { kind: "socks5", port: 1080 },
  "socks5:": { kind: "socks5", port: 1080 },
  "socks5h:": { kind: "socks5", port: 1080 },
};

/**
 * The proxy for this base URL, from `https_proxy` or `HTTPS_PROXY` and `no_proxy` or `NO_PROXY`, as Pulumi's own requests
 * take it. Only for https: over http the token would reach the proxy in clear. `ALL_PROXY` counts for neither.
 * Throws `ZKS_CONFIG` that doesn't quote the setting: it may hold a password.
 */
export function proxyFor(base: Base, env: Environment): ProxySetting | undefined {
  const [lower, upper] = [env["https_proxy"], env["HTTPS_PROXY"]];
  const variable = lower === undefined || lower === upper ? "HTTPS_PROXY" : "https_proxy";
  const setting = env[variable]?.trim() ?? "";
  const { protocol, hostname, port } = new URL(base.origin);
  if (setting === "" || base.loopback || protocol !== "https:") return undefined;
  if (exempts(env["no_proxy"] ?? env["NO_PROXY"] ?? "", hostname, Number(port === "" ? 443 : port))) return undefined;
  return parse(variable, setting);
}

function parse(variable: string, setting: string): ProxySetting {
  const text = setting.includes("://") ? setting : `http://${setting}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.hostname === "") throw refused(variable, "it is not a URL");
  // `user:12/3@host` would make a host of the user and a port of the password's beginning.
  if (!["", "/"].includes(url.pathname) || url.search !== "" || url.hash !== "") {
    throw refused(
      variable,
      "something follows its host and port; a `/`, `?` or `#` in a password must be percent-encoded",
    );
  }
  const scheme = SCHEMES[url.protocol];
  if (scheme === undefined) {
    const socks4 = /^socks4a?:$/.test(url.protocol);
    throw refused(variable, socks4 ? "SOCKS 4 is not supported, SOCKS 5 is" : "it is neither http, https nor socks5");
  }
  const port = url.port === "" ? scheme.port : Number(url.port);
  const credentials = credentialsOf(variable, url);
  return {
    variable,
    kind: scheme.kind,
    hostname: url.hostname.replace(/^\[(.+)\]$/, "$1"),
    port,
    place: `${url.hostname}:${port}`,
    ...(credentials === undefined ? {} : { credentials }),
  };
}

function credentialsOf(variable: string, { username, password }: URL): ProxySetting["credentials"] {
  if (username === "" && password === "") return undefined;
  try {
    return { user: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch {
    throw refused(variable, "its user or password holds a `%` that isn't percent-encoded");
  }
}

function refused(variable: string, why: string): ZkscoreError {
  return new ZkscoreError({
    code: "ZKS_CONFIG",
    what: `The proxy in ${variable} can't be used`,
    why,
    remedy: `Set ${variable} to http://host:port (https and socks5 work, too; user:password@ before the host), or unset it; NO_PROXY exempts hosts`,
    safe: "no request was sent",
    outcome: "not-executed",
  });
}
