import type { Dispatcher } from "undici";
import type { Agent } from "./agent.ts";
import type { Base } from "./baseUrl.ts";
import { type Body, readBody } from "./body.ts";
import { type ConnectFacts, ConnectFailure } from "./connectFailure.ts";
import { nodeCodeOf } from "./nodeCode.ts";
import { proxyFor } from "./proxy.ts";

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

export interface Answer extends Body {
  kind: "answer";
  status: number;
  requestId: string | undefined;
  contentType: string | undefined;
  retryAfter: string | undefined;
  date: string | undefined;
  rateLimitReset: string | undefined;
}

/** No usable answer. */
export interface Failure {
  kind: "failure";
  /** Set when the request surely never left: no connection was ready for it. */
  unsent: ConnectFacts | undefined;
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

/**
 * HTTP on one undici agent: no redirect is followed, nothing is repeated, nothing thrown. undici is loaded with the first
 * request, since many runs make none.
 */
export function createTransport(base: Base, connectTimeoutMs: number, userAgent: string): Transport {
  const proxy = proxyFor(base, process.env);
  let loading: Promise<Agent> | undefined;
  const agent = () => {
    loading ??= import("./agent.ts").then(({ createAgent }) => createAgent(proxy, connectTimeoutMs));
    return loading;
  };

  return {
    async send(request) {
      const abort = new AbortController();
      let timedOut = false;
      let started = false;
      let status: number | undefined;
      const timer = setTimeout(
        () => {
          timedOut = true;
          abort.abort();
        },
        Math.max(1, request.timeoutMs),
      );
      try {
        const { dispatcher } = await agent();
        // undici looks at `signal` only once a connection is there: waiting for one ends by this race.
        const marked = dispatcher.compose(
          whenStarted(() => {
            started = true;
          }),
        );
        const pending = marked.request({
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
        const header = (name: string) => {
          const value = response.headers[name];
          return typeof value === "string" ? value : value?.[0];
        };
        const cap = status < 300 ? BODY_BYTES_MAX : ERROR_BODY_BYTES_MAX;
        const read = await readBody(response.body, cap, header("content-encoding")).catch((error: unknown): Body => {
          // The status of an error says enough without its body; a success without its body says nothing.
          if (response.statusCode < 300 || timedOut) throw error;
          return { text: undefined };
        });
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
        const nodeCode = timedOut ? undefined : nodeCodeOf(error);
        const noConnection = (): ConnectFacts =>
          error instanceof ConnectFailure
            ? error.facts
            : {
                stage: proxy === undefined ? "api" : "proxy",
                proxy,
                code: nodeCode,
                ...(timedOut ? { timeoutMs: request.timeoutMs } : {}),
              };
        return { kind: "failure", unsent: started ? undefined : noConnection(), timedOut, nodeCode, status };
      } finally {
        clearTimeout(timer);
      }
    },
    async close() {
      await (await loading)?.close();
    },
  };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true });
  });
}

/** Calls `started` when a connection takes the request, just before its first byte is written. */
function whenStarted(started: () => void): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => {
    const begin = handler.onRequestStart?.bind(handler);
    handler.onRequestStart = (controller, context) => {
      started();
      begin?.(controller, context);
    };
    return dispatch(options, handler);
  };
}
