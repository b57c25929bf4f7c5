import { type Dispatcher, Agent as Undici } from "undici";
import { createConnector } from "./connect.ts";
import type { ProxySetting } from "./proxy.ts";

export interface Agent {
  readonly dispatcher: Dispatcher;
  /** Ends its connections, and those that are being made. */
  close(): Promise<void>;
}

/** One undici agent: HTTP 1.1, a request at a time on a connection. */
export function createAgent(proxy: ProxySetting | undefined, connectTimeoutMs: number): Agent {
  const connector = createConnector(proxy, connectTimeoutMs);
  const dispatcher = new Undici({
    ...{ allowH2: false, pipelining: 1, connectTimeout: connectTimeoutMs, maxHeaderSize: 32 * 1024 },
    connect: connector.connect,
  });
  return {
    dispatcher,
    async close() {
      await dispatcher.destroy();
      connector.close();
    },
  };
}
