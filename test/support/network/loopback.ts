import { once } from "node:events";
import type { Server } from "node:http";

/** Lets a server listen on any free port of 127.0.0.1. `close` cuts the connections that are open. */
export async function onLoopback(server: Server): Promise<{ port: number; close: () => Promise<void> }> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not listening on TCP");
  return {
    port: address.port,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
