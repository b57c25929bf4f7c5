import { type ConnectFacts, LEAVES, type TunnelRefusal } from "./connectFailure.ts";
import type { ProxySetting } from "./proxy.ts";

/** Why no connection stood, and what to do about it. `final`: trying again at once can't help. */
export interface Unreachable {
  why: string;
  remedy: string;
  final: boolean;
}

const AGAIN = "then run the same command again";
const BASE_URL = "ZKSCORE_BASE_URL or zkscore:baseUrl";

/** Explains a connection that never stood. `origin`: the API's, validated to hold no password. */
export function explainUnreachable(origin: string, facts: ConnectFacts, env = process.env): Unreachable {
  const { stage, proxy } = facts;
  const host = new URL(origin).host;
  const to = host.includes(":") ? host : `${host}:443`;
  if (proxy !== undefined && stage !== "api") return throughProxy(proxy, to, facts);
  const via = proxy === undefined ? "" : `, through the proxy of ${proxy.variable} (${proxy.place})`;
  const tls = certificate(facts.code, `${origin}${via}`, env);
  if (tls !== undefined) return tls;
  const told = direct(`${origin}${via}`, facts);
  // A proxy that isn't used may be what is missing.
  const unused = proxy === undefined && (env["ALL_PROXY"] ?? env["all_proxy"] ?? "") !== "";
  return unused
    ? { ...told, remedy: `${told.remedy}. ALL_PROXY isn't used, as in Pulumi itself: set HTTPS_PROXY` }
    : told;
}

function direct(where: string, { code, timeoutMs }: ConnectFacts): Unreachable {
  const says = (why: string, remedy: string, final = false): Unreachable => ({
    why: `${where} could not be reached: ${why}${code === undefined ? "" : ` (${code})`}`,
    remedy: `${remedy}; ${AGAIN}`,
    final,
  });
  const check = `Check the network, the proxy (HTTPS_PROXY), and ${BASE_URL}`;
  if (timeoutMs !== undefined) return says(`no connection stood within ${seconds(timeoutMs)}`, check);
  if (code === LEAVES) {
    const why = "its name doesn't lead to this machine, and over http the token would leave it in clear";
    return says(why, `Use 127.0.0.1 or https in ${BASE_URL}`, true);
  }
  if (code === "ENOTFOUND") return says("no such host name is known", check);
  if (code === "EAI_AGAIN") return says("the name server doesn't answer", check);
  if (code === "ECONNREFUSED") return says("nothing listens there", check);
  if (/^(ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL|ENETDOWN|EHOSTDOWN)$/.test(code ?? "")) {
    return says("no route leads there from this machine (by IPv4 or IPv6, whichever the name has)", check);
  }
  if (/^(EPROTO|ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST))$/.test(code ?? "")) {
    return says("what listens on that port doesn't speak TLS", `Check the port in ${BASE_URL}`, true);
  }
  if (/^ERR_SSL_.*(PROTOCOL|VERSION|CIPHER|HANDSHAKE_FAILURE)/.test(code ?? "")) {
    return says(
      "it speaks no TLS version, cipher or HTTP/1.1 that this client speaks",
      `Check ${BASE_URL}, and any gateway before the API (it must offer TLS 1.2 and HTTP/1.1)`,
      true,
    );
  }
  if (code === "ECONNRESET" || code === "EPIPE") {
    return says(
      "the connection was closed before it was secure, by the server or a firewall in between",
      `Check ${BASE_URL}, and whether a firewall or proxy lets this machine through`,
    );
  }
  return says("no secure connection", check);
}

/** What is wrong with a certificate; undefined: nothing known. Checking it is never to be turned off. */
function certificate(code = "", where: string, env: NodeJS.ProcessEnv): Unreachable | undefined {
  const unheard = env["NODE_TLS_REJECT_UNAUTHORIZED"] === "0";
  const says = (why: string, remedy: string): Unreachable => ({
    why: `the certificate of ${where} ${why} (${code})`,
    remedy: `${remedy}; ${AGAIN}${unheard ? ". NODE_TLS_REJECT_UNAUTHORIZED=0 isn't obeyed here: anybody could take the token" : ""}`,
    final: true,
  });
  if (/^(.*SELF_SIGNED.*|UNABLE_TO_(GET_ISSUER|VERIFY).*|CERT_UNTRUSTED|INVALID_CA)$/.test(code)) {
    const given = (env["NODE_EXTRA_CA_CERTS"] ?? "") !== "";
    return says(
      code === "DEPTH_ZERO_SELF_SIGNED_CERT"
        ? "is signed by itself, by no authority that Node knows"
        : "is signed by an authority that Node doesn't know: a deployment's or a proxy's own, or one whose intermediate the server leaves out",
      given
        ? "NODE_EXTRA_CA_CERTS is set: check that its file can be read, is PEM, and holds the authority that signed this certificate"
        : "Set NODE_EXTRA_CA_CERTS, where `pulumi` is started, to a PEM file with the authority's certificate; if this machine trusts it already, NODE_USE_SYSTEM_CA=1 does, too",
    );
  }
  const notThat = "another authority in NODE_EXTRA_CA_CERTS doesn't help against this";
  if (code === "CERT_HAS_EXPIRED") {
    return says("has expired, or this machine's clock is wrong", `Check the clock, and have it renewed; ${notThat}`);
  }
  if (code === "CERT_NOT_YET_VALID") {
    return says("isn't valid yet, or this machine's clock is wrong", `Check the clock; ${notThat}`);
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID" || code === "HOSTNAME_MISMATCH") {
    return says("is for another host name", `Check the host in ${BASE_URL}; ${notThat}`);
  }
  if (/^(CERT|CRL|INVALID|PATH_LENGTH|UNABLE_TO|ERR_TLS_CERT)/.test(code)) {
    return says("is not accepted", `Ask who runs that server, or the proxy in between; ${notThat}`);
  }
  return undefined;
}

function throughProxy(proxy: ProxySetting, to: string, facts: ConnectFacts): Unreachable {
  const { variable, place, kind } = proxy;
  const named = `the proxy of ${variable} (${place})`;
  const { code, timeoutMs, refusal, stage } = facts;
  const shown = code === undefined ? "" : ` (${code})`;
  const around = `, or put ${to.replace(/:443$/, "")} into NO_PROXY if it can be reached without`;
  const check = `Check ${variable}${around}; ${AGAIN}`;
  if (refusal !== undefined) return refusedBy(named, variable, to, around, refusal);
  const tls = certificate(code, named, process.env);
  if (tls !== undefined) return tls;
  if (timeoutMs !== undefined) {
    const what = stage === "proxy" ? "can't be reached" : `accepted the connection and opened no way to ${to}`;
    return { why: `${named} ${what} within ${seconds(timeoutMs)}`, remedy: check, final: true };
  }
  if (stage === "proxy") {
    return { why: `${named} can't be reached${shown}`, remedy: check, final: /^(ERR_SSL|EPROTO)/.test(code ?? "") };
  }
  if (code?.startsWith("HPE_") === true) {
    const spoken = kind === "socks5" ? "SOCKS 5" : "HTTP";
    return {
      why: `what listens at ${place} (${variable}) doesn't speak ${spoken}${shown}`,
      remedy: check,
      final: true,
    };
  }
  return { why: `${named} closed the connection before it opened a way to ${to}${shown}`, remedy: check, final: false };
}

/** SOCKS 5 replies of RFC 1928. */
const SOCKS: Readonly<Record<number, string | undefined>> = {
  1: "it failed",
  2: "its rules don't allow it",
  3: "the network can't be reached",
  4: "the host can't be reached",
  5: "the host refused",
  6: "it took too long",
  7: "it has no such command",
  8: "it has no such kind of address",
};

function refusedBy(
  named: string,
  variable: string,
  to: string,
  around: string,
  { status, socks, otherAuthentication }: TunnelRefusal,
): Unreachable {
  const says = (why: string, remedy: string, final = true): Unreachable => ({
    why: `${named} ${why}`,
    remedy: `${remedy}${around}; ${AGAIN}`,
    final,
  });
  if (status === 407 && otherAuthentication === true) {
    return says(
      "wants a kind of authentication that isn't Basic: it answered CONNECT with 407",
      `Use a relay that speaks it (px, cntlm) and set ${variable} to that`,
    );
  }
  if (status === 407 || socks === 255) {
    return says(
      `doesn't accept the user and password it got, or wants some${status === 407 ? ": it answered CONNECT with 407" : ""}`,
      `Set ${variable} with user:password@ before the host, special characters percent-encoded`,
    );
  }
  if (socks !== undefined) {
    const reason = SOCKS[socks] ?? "for a reason of its own";
    return says(`opened no way to ${to}: ${reason} (SOCKS reply ${socks})`, `Check ${variable}`, socks === 2);
  }
  if (status !== undefined && status >= 500) {
    return says(
      `didn't reach ${to}: it answered CONNECT with ${status}`,
      `Check ${BASE_URL}, ask who runs the proxy`,
      false,
    );
  }
  if (status !== undefined && status >= 400) {
    return says(
      `doesn't let this machine reach ${to}: it answered CONNECT with ${status}`,
      "Ask who runs the proxy to allow it",
    );
  }
  return says(`answered CONNECT with ${status}, as no proxy does (a login page?)`, `Check ${variable}`);
}

function seconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 1000)} s`;
}
