import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Identity } from "./certificates.ts";

export interface TlsServer {
  port: number;
  /** Requests that arrived: `GET /v1/developer/keys`. */
  received: string[];
  close(): Promise<void>;
}

/** An API over TLS that gives every request the same answer. */
export async function tlsServer(identity: Identity, answer: (url: string) => unknown): Promise<TlsServer> {
  const received: string[] = [];
  const server = createServer(identity, (request, response) => {
    received.push(`${request.method} ${request.url}`);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answer(request.url ?? "")));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    // A border: it listens on TCP.
    port: (server.address() as AddressInfo).port,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
