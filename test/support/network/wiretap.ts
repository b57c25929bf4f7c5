import { createHash } from "node:crypto";
import { once } from "node:events";
import { Agent, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { onLoopback } from "./loopback.ts";

/** A request and how it was answered. Times in ms on a clock that never jumps. */
export interface Tapped {
  /** Equal for a request and its repeat: method, target and a digest of the body. */
  request: string;
  arrivedMs: number;
  /** Just before the answer was passed on. */
  answeredMs: number;
  status: number;
  /** `Retry-After`; undefined when there was none. */
  retryAfterMs: number | undefined;
}

/** Stands between one sender and the API, whose journal doesn't say who sent what. */
export interface Wiretap {
  /** What the sender takes for the API: its ZKSCORE_BASE_URL. */
  url: string;
  /** What was answered since the last call. */
  drain(): Tapped[];
  close(): Promise<void>;
}

/** Passes everything on to `api` (a base URL on loopback) unchanged. */
export async function wiretap(api: string): Promise<Wiretap> {
  const { origin, pathname } = new URL(api);
  const agent = new Agent({ keepAlive: true });
  let seen: Tapped[] = [];
  const server = createServer((request, response) => {
    passOn(request, response, { origin, agent }).then(
      (tapped) => seen.push(tapped),
      () => response.destroy(),
    );
  });
  const { port, close } = await onLoopback(server);
  return {
    url: `http://127.0.0.1:${port}${pathname}`,
    drain: () => {
      const drained = seen;
      seen = [];
      return drained;
    },
    close: async () => {
      await close();
      agent.destroy();
    },
  };
}

/** Repeats that came before the time that the 429 they answer had asked for. */
export function earlyRepeats(traffic: readonly Tapped[]): Tapped[] {
  return traffic.flatMap((limited) => {
    const openMs = limited.answeredMs + (limited.retryAfterMs ?? 0);
    return repeatsOf(limited, traffic).filter(({ arrivedMs }) => arrivedMs < openMs);
  });
}

/** 429 whose request was sent again. */
export function repeated(traffic: readonly Tapped[]): Tapped[] {
  return traffic.filter((limited) => repeatsOf(limited, traffic).length > 0);
}

function repeatsOf({ status, request, answeredMs }: Tapped, traffic: readonly Tapped[]): Tapped[] {
  if (status !== 429) return [];
  return traffic.filter((other) => other.request === request && other.arrivedMs >= answeredMs);
}

async function passOn(
  request: IncomingMessage,
  response: ServerResponse,
  to: { origin: string; agent: Agent },
): Promise<Tapped> {
  const arrivedMs = performance.now();
  const { method = "GET", url = "/", headers } = request;
  const sent = await bodyOf(request);
  const outgoing = httpRequest(`${to.origin}${url}`, { method, headers, agent: to.agent });
  outgoing.end(sent);
  const [answer]: IncomingMessage[] = await once(outgoing, "response");
  if (answer === undefined) throw new Error("a response event without a response");
  const received = await bodyOf(answer);
  const answeredMs = performance.now();
  const status = answer.statusCode ?? 0;
  response.writeHead(status, answer.headers);
  response.end(received);
  const seconds = answer.headers["retry-after"];
  return {
    request: `${method} ${url} ${createHash("sha256").update(sent).digest("hex")}`,
    arrivedMs,
    answeredMs,
    status,
    retryAfterMs: seconds === undefined ? undefined : Number(seconds) * 1000,
  };
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
