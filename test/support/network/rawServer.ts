import { createServer as createHttp, type IncomingHttpHeaders } from "node:http";
import { type AddressInfo, createServer as createTcp, type Socket } from "node:net";

/** A request as it arrived. */
export interface Received {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** What to answer: JSON if `body` isn't a string. A `date` of `undefined` leaves the header out. */
export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
}

export interface TestServer {
  port: number;
  url: string;
  received: Received[];
  close(): Promise<void>;
}

/** A hand-written API on a free port of loopback; `answer` gets the request and how many came before it. */
export async function httpServer(
  answer: (request: Received, n: number) => Reply | Promise<Reply>,
): Promise<TestServer> {
  const received: Received[] = [];
  const server = createHttp(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(Buffer.from(chunk));
    const request = {
      method: req.method ?? "",
      url: req.url ?? "",
      headers: req.headers,
      body: Buffer.concat(chunks).toString(),
    };
    received.push(request);
    const reply = await answer(request, received.length - 1);
    const text = typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body ?? {});
    res.sendDate = false;
    res.writeHead(reply.status ?? 200, { "content-type": "application/json", ...reply.headers });
    res.end(reply.status === 204 ? undefined : text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const port = portOf(server.address());
  return {
    port,
    url: `http://127.0.0.1:${port}/v1`,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What a raw fault does once a whole request is in (or, with `onConnect`, as soon as somebody connects). */
export interface RawFault {
  onConnect?: (socket: Socket) => void;
  onRequest?: (socket: Socket, every: (ms: number, work: () => void) => void) => void;
}

/** A server that speaks bytes. Only connections and request lines are counted. */
export async function rawServer(fault: RawFault): Promise<TestServer & { connections: () => number }> {
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  const timers = new Set<NodeJS.Timeout>();
  let connections = 0;
  const server = createTcp((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    fault.onConnect?.(socket);
    let seen = "";
    socket.on("data", (chunk) => {
      seen += chunk.toString("latin1");
      const end = seen.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(seen)?.[1] ?? 0);
      if (seen.length < end + 4 + length) return;
      const [method = "", url = ""] = seen.split(" ", 2);
      received.push({ method, url, headers: {}, body: seen.slice(end + 4) });
      seen = "";
      fault.onRequest?.(socket, (ms, work) => {
        const timer = setInterval(work, ms);
        timers.add(timer);
        socket.on("close", () => clearInterval(timer));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const port = portOf(server.address());
  return {
    port,
    url: `http://127.0.0.1:${port}/v1`,
    received,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        for (const timer of timers) clearInterval(timer);
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === "string") throw new Error("not listening on TCP");
  return address.port;
}
