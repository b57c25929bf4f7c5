import { createServer as createHttp, type IncomingHttpHeaders } from "node:http";
import { createServer as createHttps } from "node:https";
import { type AddressInfo, connect, createServer as createTcp, type Server, type Socket } from "node:net";
import type { Identity } from "./certificates.ts";

/** A proxy that leads every tunnel to one port of this machine, whatever name was asked for. */
export interface TestProxy {
  port: number;
  /** Names and ports that were asked for. */
  asked: string[];
  close(): Promise<void>;
}

/** An HTTP proxy, with TLS of its own where `identity` is given. Without the right `authorization` it answers 407. */
export async function httpProxy(
  leadsTo: number,
  more: { identity?: Identity; authorization?: string } = {},
): Promise<TestProxy> {
  const { identity, authorization } = more;
  const server = identity === undefined ? createHttp() : createHttps(identity);
  const asked: string[] = [];
  server.on("connect", ({ url = "", headers }: { url?: string; headers: IncomingHttpHeaders }, socket: Socket) => {
    asked.push(url);
    if (authorization !== undefined && headers["proxy-authorization"] !== authorization) {
      socket.end("HTTP/1.1 407 No\r\nproxy-authenticate: Basic realm=x\r\ncontent-length: 0\r\n\r\n");
      return;
    }
    join(socket, leadsTo, () => socket.write("HTTP/1.1 200 Connection established\r\n\r\n"));
  });
  return listening(server, asked);
}

/** A SOCKS 5 proxy (RFC 1928, 1929) that wants this user and password, or none. */
export async function socksProxy(
  leadsTo: number,
  credentials?: { user: string; password: string },
): Promise<TestProxy> {
  const asked: string[] = [];
  const server = createTcp((socket) => {
    socket.on("error", () => undefined);
    const steps: ((bytes: Buffer) => void)[] = [
      (greeting) => {
        const wanted = credentials === undefined ? 0 : 2;
        const offered = greeting.subarray(2).includes(wanted);
        socket.write(Buffer.from([5, offered ? wanted : 255]));
        if (wanted === 0) steps.shift();
      },
      (login) => {
        const user = login.subarray(2, 2 + (login[1] ?? 0));
        const password = login.subarray(3 + user.length);
        const right = user.toString() === credentials?.user && password.toString() === credentials.password;
        socket.write(Buffer.from([1, right ? 0 : 1]));
      },
      (request) => {
        const name = request.subarray(5, 5 + (request[4] ?? 0));
        asked.push(`${name.toString()}:${request.readUInt16BE(5 + name.length)}`);
        socket.removeListener("data", next);
        join(socket, leadsTo, () => socket.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 9])));
      },
    ];
    const next = (bytes: Buffer) => steps.shift()?.(bytes);
    socket.on("data", next);
  });
  return listening(server, asked);
}

function join(socket: Socket, port: number, ready: () => void): void {
  const target = connect({ host: "127.0.0.1", port }, () => {
    ready();
    socket.pipe(target).pipe(socket);
  });
  for (const one of [socket, target]) one.on("error", () => undefined);
  socket.on("close", () => target.destroy());
}

async function listening(server: Server, asked: string[]): Promise<TestProxy> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    // A border: it listens on TCP.
    port: (server.address() as AddressInfo).port,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
