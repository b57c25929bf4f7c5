import { Agent, buildConnector, type Dispatcher, EnvHttpProxyAgent } from "undici";
import { ZkscoreError } from "../domain/errors.ts";
import type { Base } from "./baseUrl.ts";

const BODY_BYTES_MAX = 10 * 1024 * 1024;
const ERROR_BODY_BYTES_MAX = 64 * 1024;

/** One request, ready to send. */
export interface Outgoing {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below the prefix, with its query. */
  path: string;
  token: string;
  body?: string;
  /** For connect, headers and body together: undici's own timeouts are per pause, and a slow drip never trips them. */
  timeoutMs: number;
}

export interface Answer {
  kind: "answer";
  status: number;
  requestId: string | undefined;
  contentType: string | undefined;
  retryAfter: string | undefined;
  date: string | undefined;
  rateLimitReset: string | undefined;
  /** Undefined: not UTF-8, too large, or (errors only) cut. `""` is an empty body. */
  text: string | undefined;
  tooLarge: boolean;
}

/** No usable answer. */
export interface Failure {
  kind: "failure";
  /** True when the request surely never left: no connection was ready for it. */
  unsent: boolean;
  timedOut: boolean;
  /** Node's or undici's error code, from an allow-list pattern; nothing else of the error is kept. */
  nodeCode: string | undefined;
  /** Set when the status line had come before it broke. */
  status: number | undefined;
}

export interface Transport {
  send(request: Outgoing): Promise<Answer | Failure>;
  close(): Promise<void>;
}

/** Marks an error that came before the socket was handed over, so nothing of the request was written. */
class ConnectFailure extends Error {
  readonly code: string | undefined;
  constructor(code: string | undefined) {
    super("connect");
    this.code = code;
  }
}

/**
 * HTTP on one undici agent: no redirect is followed, nothing is repeated, nothing thrown.
 * A proxy from `HTTPS_PROXY`/`NO_PROXY` is used for https only: over http the token would reach the proxy in clear.
 */
export function createTransport(base: Base, connectTimeoutMs: number, userAgent: string): Transport {
  const connecting = new Set<Destroyable>();
  const dispatcher = createDispatcher(base, connectTimeoutMs, connecting);

  return {
    async send(request) {
      const abort = new AbortController();
      let timedOut = false;
      let status: number | undefined;
      const timer = setTimeout(
        () => {
          timedOut = true;
          abort.abort();
        },
        Math.max(1, request.timeoutMs),
      );
      try {
        // undici looks at `signal` only once a connection is there: waiting for one ends by this race.
        const pending = dispatcher.request({
          origin: base.origin,
          path: base.prefix + request.path,
          method: request.method,
          headers: {
            authorization: `Bearer ${request.token}`,
            accept: "application/json",
            "accept-encoding": "identity",
            "user-agent": userAgent,
            ...(request.body === undefined ? {} : { "content-type": "application/json" }),
          },
          body: request.body ?? null,
          signal: abort.signal,
          headersTimeout: 0,
          bodyTimeout: 0,
        });
        const response = await Promise.race([pending, aborted(abort.signal)]);
        status = response.statusCode;
        const cap = status < 300 ? BODY_BYTES_MAX : ERROR_BODY_BYTES_MAX;
        const read = await readBody(response.body, cap).catch((error: unknown) => {
          // The status of an error says enough without its body; a success without its body says nothing.
          if (response.statusCode < 300 || timedOut) throw error;
          return { text: undefined, tooLarge: false };
        });
        const header = (name: string) => {
          const value = response.headers[name];
          return typeof value === "string" ? value : value?.[0];
        };
        return {
          kind: "answer",
          status,
          requestId: header("x-request-id"),
          contentType: header("content-type"),
          retryAfter: header("retry-after"),
          date: header("date"),
          rateLimitReset: header("x-ratelimit-reset"),
          ...read,
        };
      } catch (error) {
        const nodeCode = codeOf(error);
        const unsent = status === undefined && !timedOut && (error instanceof ConnectFailure || onlyConnect(nodeCode));
        return { kind: "failure", unsent, timedOut, nodeCode: timedOut ? undefined : nodeCode, status };
      } finally {
        clearTimeout(timer);
      }
    },
    async close() {
      await dispatcher.destroy();
      for (const socket of connecting) socket.destroy(new ConnectFailure(undefined));
    },
  };
}

function createDispatcher(base: Base, timeout: number, connecting: Set<Destroyable>): Dispatcher {
  // undici's own connect timeout is right to the second only.
  const connector = buildConnector({ timeout: 0, allowH2: false });
  const connect: buildConnector.connector = (options, callback) => {
    const socket: unknown = connector(options, (error, ready) => {
      clearTimeout(timer);
      if (isDestroyable(socket)) connecting.delete(socket);
      if (error !== null) callback(new ConnectFailure(codeOf(error)), null);
      else callback(null, ready);
    });
    if (isDestroyable(socket)) connecting.add(socket);
    const timer = setTimeout(() => {
      if (isDestroyable(socket)) socket.destroy(Object.assign(new Error(), { code: "UND_ERR_CONNECT_TIMEOUT" }));
    }, timeout);
  };
  const options = { allowH2: false, pipelining: 1, connectTimeout: timeout, maxHeaderSize: 32 * 1024 };
  const proxied = (process.env["https_proxy"] ?? process.env["HTTPS_PROXY"] ?? "") !== "";
  if (!proxied || base.loopback) return new Agent({ ...options, connect });
  try {
    return new EnvHttpProxyAgent({ ...options, connect });
  } catch {
    // The setting may hold the proxy's password: not quoted, and the error that quotes it is dropped.
    throw new ZkscoreError({
      code: "ZKS_CONFIG",
      what: "The proxy in HTTPS_PROXY can't be used",
      why: "it is not an http or https URL",
      remedy: "Correct or unset HTTPS_PROXY (and https_proxy)",
      safe: "no request was sent",
      outcome: "not-executed",
    });
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true });
  });
}

async function readBody(
  body: Dispatcher.ResponseData["body"],
  cap: number,
): Promise<{ text: string | undefined; tooLarge: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > cap) {
      body.destroy();
      return { text: undefined, tooLarge: true };
    }
    chunks.push(chunk);
  }
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks)), tooLarge: false };
  } catch {
    return { text: undefined, tooLarge: false };
  }
}

function codeOf(error: unknown): string | undefined {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" &&
    /^(E[A-Z]{2,15}(_[A-Z]+)?|UND_ERR_[A-Z_]{1,40}|ERR_[A-Z0-9_]{1,50}|CERT_[A-Z_]{1,40}|[A-Z_]*(SELF_SIGNED|UNABLE_TO)[A-Z_]{0,40}|HPE_[A-Z_]{1,40})$/.test(
      code,
    )
    ? code
    : undefined;
}

/** Codes that a connection in use can't give; they matter behind a proxy, whose connector isn't ours. */
function onlyConnect(code: string | undefined): boolean {
  return (
    code !== undefined &&
    /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_CERT_.*|CERT_.*|.*SELF_SIGNED.*|UNABLE_TO.*)$/.test(
      code,
    )
  );
}

interface Destroyable {
  destroy(error: Error): unknown;
}

function isDestroyable(value: unknown): value is Destroyable {
  return typeof value === "object" && value !== null && "destroy" in value && typeof value.destroy === "function";
}
