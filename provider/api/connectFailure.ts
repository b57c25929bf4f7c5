import type { ProxySetting } from "./proxy.ts";

/** How far a connection had come: to the proxy, through it, to the API (TLS included). */
export type Stage = "proxy" | "tunnel" | "api";

/** The code of an http connection that would leave this machine. */
export const LEAVES = "NOT_LOOPBACK";

/** What is known of a connection that never stood. Nothing of a request was written to it. */
export interface ConnectFacts {
  stage: Stage;
  /** No end within this many milliseconds. */
  timeoutMs?: number | undefined;
  /** Node's code. */
  code?: string | undefined;
  proxy?: ProxySetting | undefined;
  /** Why the proxy said no. */
  refusal?: TunnelRefusal | undefined;
}

/** A proxy's answer other than yes. */
export interface TunnelRefusal {
  /** Of CONNECT. */
  status?: number | undefined;
  /** A SOCKS 5 reply; 255: none of our ways to authenticate. */
  socks?: number | undefined;
  /** A 407 that doesn't offer Basic: no user and password will do. */
  otherAuthentication?: boolean;
}

/** The proxy answered, and it wasn't yes. */
export class TunnelRefused extends Error {
  readonly refusal: TunnelRefusal;
  constructor(refusal: TunnelRefusal) {
    super("refused by the proxy");
    this.refusal = refusal;
  }
}

/** A connection that couldn't be made. It has no `code` of its own: undici repeats for ever on some. */
export class ConnectFailure extends Error {
  readonly facts: ConnectFacts;
  constructor(facts: ConnectFacts) {
    super("no connection");
    this.facts = facts;
  }
}
