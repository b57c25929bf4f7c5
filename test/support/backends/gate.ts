import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** Stands before a server on 127.0.0.1 and can cut it off. */
export interface Gate {
  readonly port: number;
  /** Breaks all connections, and each new one at once. */
  shut(): void;
  open(): void;
  close(): Promise<void>;
}

/** Opens a gate before a server's port. */
export async function gateTo(port: number): Promise<Gate> {
  const sockets = new Set<Socket>();
  let passable = true;
  const server = createServer((socket) => {
    if (!passable) return void socket.destroy();
    const target = connect({ host: "127.0.0.1", port });
    for (const [one, other] of [
      [socket, target],
      [target, socket],
    ] as const) {
      sockets.add(one);
      one.on("error", () => undefined);
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not listening on TCP");
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: address.port,
    shut: () => {
      passable = false;
      cut();
    },
    open: () => {
      passable = true;
    },
    close: async () => {
      const closed = once(server, "close");
      server.close();
      cut();
      await closed;
    },
  };
}
