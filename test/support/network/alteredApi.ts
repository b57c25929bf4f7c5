import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

/** One exchange with the API, as the altering function sees it. */
export interface Exchange {
  method: string;
  /** With its query. */
  path: string;
  /** Of the request. */
  sent: Record<string, unknown> | undefined;
  /** How many requests of this method came before. */
  nth: number;
}

export interface Altered {
  status: number;
  headers: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: an altered answer has any form
  json: any;
}

export interface Alterations {
  /** Changes what reaches the API. */
  request?: ((exchange: Exchange) => { path?: string; body?: unknown } | undefined) | undefined;
  /** Changes what the API's client sees. */
  answer?: ((answer: Altered, exchange: Exchange) => Altered | undefined) | undefined;
}

/** An API that stands before `url` and does some things otherwise: what no mode of the emulator does. */
export async function alteredApi(url: string, { request: before, answer: after }: Alterations) {
  const target = new URL(url);
  const counts = new Map<string, number>();
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const method = incoming.method ?? "GET";
      const nth = counts.get(method) ?? 0;
      counts.set(method, nth + 1);
      const text = Buffer.concat(chunks).toString("utf8");
      const exchange = { method, path: incoming.url ?? "/", sent: parse(text), nth };
      const change = before?.(exchange);
      const body = change?.body === undefined ? text : JSON.stringify(change.body);
      const { host: _, connection: __, "content-length": ___, ...headers } = incoming.headers;
      const outgoing = request({
        ...{ host: target.hostname, port: target.port, path: change?.path ?? exchange.path, method },
        headers: { ...headers, ...(body === "" ? {} : { "content-length": Buffer.byteLength(body) }) },
      });
      outgoing.on("error", () => response.destroy());
      outgoing.on("response", (answer) => {
        const parts: Buffer[] = [];
        answer.on("data", (part: Buffer) => parts.push(part));
        answer.on("end", () => {
          const given = Buffer.concat(parts).toString("utf8");
          const came: Altered = { status: answer.statusCode ?? 0, headers: {}, json: parse(given) };
          const shown = after?.(structuredClone(came), exchange) ?? came;
          response.writeHead(shown.status, { "content-type": "application/json", ...shown.headers });
          response.end(typeof shown.json === "string" ? shown.json : JSON.stringify(shown.json));
        });
      });
      outgoing.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A border: it listens on TCP.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${target.pathname}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: a border
function parse(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
