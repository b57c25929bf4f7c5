import type { Socket } from "node:net";
import { buildConnector } from "undici";
import { isLoopbackAddress } from "./baseUrl.ts";
import { type ConnectFacts, ConnectFailure, LEAVES, type Stage, TunnelRefused } from "./connectFailure.ts";
import { nodeCodeOf } from "./nodeCode.ts";
import type { ProxySetting } from "./proxy.ts";
import { openTunnel } from "./tunnel.ts";

export interface Connector {
  connect: buildConnector.connector;
  /** Ends connections that are being made. */
  close(): void;
}

/**
 * Makes connections to the API, through the proxy if there is one. All of it, from the first packet to the end of the TLS
 * handshake, takes at most `timeoutMs`; whatever fails is a `ConnectFailure`. Certificates are checked whatever
 * NODE_TLS_REJECT_UNAUTHORIZED says.
 */
export function createConnector(proxy: ProxySetting | undefined, timeoutMs: number): Connector {
  // undici's own connect timeout is right to the second only.
  const toApi = buildConnector({ timeout: 0, allowH2: false, rejectUnauthorized: true });
  const underWay = new Set<AbortController>();
  return {
    connect(options, callback) {
      const abort = new AbortController();
      underWay.add(abort);
      let stage: Stage = proxy === undefined ? "api" : "proxy";
      const failed = (facts: Omit<ConnectFacts, "stage" | "proxy">) => new ConnectFailure({ stage, proxy, ...facts });
      let timer: NodeJS.Timeout | undefined;
      const cut = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(failed({ timeoutMs })), timeoutMs);
        abort.signal.addEventListener("abort", () => reject(failed({})), { once: true });
      });
      const make = async () => {
        const target = { hostname: options.hostname, port: Number(options.port === "" ? 443 : options.port) };
        const at = (reached: Stage) => {
          stage = reached;
        };
        const tunnel = proxy === undefined ? undefined : await openTunnel(proxy, target, abort.signal, at);
        stage = "api";
        const to = tunnel === undefined ? options : { ...options, httpSocket: tunnel };
        const socket = await reach(toApi, to, abort.signal);
        if (options.protocol === "https:" || isLoopbackAddress(socket.remoteAddress ?? "")) return socket;
        socket.destroy();
        throw failed({ code: LEAVES });
      };
      Promise.race([make(), cut])
        .then(
          (socket) => callback(null, socket),
          (error: unknown) => {
            const known = error instanceof ConnectFailure;
            const refusal = error instanceof TunnelRefused ? error.refusal : undefined;
            callback(known ? error : failed({ code: nodeCodeOf(error), refusal }), null);
            abort.abort();
          },
        )
        .finally(() => {
          clearTimeout(timer);
          underWay.delete(abort);
        });
    },
    close() {
      for (const abort of underWay) abort.abort();
    },
  };
}

/** undici's connector as a promise. Aborting destroys the socket; so does a tunnel that is given up. */
function reach(
  connector: buildConnector.connector,
  options: buildConnector.Options,
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const abandon = () => {
      if (isDestroyable(making)) making.destroy();
      options.httpSocket?.destroy();
    };
    const making: unknown = connector(options, (error, socket) => {
      signal.removeEventListener("abort", abandon);
      if (error !== null) {
        options.httpSocket?.destroy();
        reject(error);
      } else {
        resolve(socket);
      }
    });
    if (signal.aborted) abandon();
    else signal.addEventListener("abort", abandon, { once: true });
  });
}

function isDestroyable(value: unknown): value is { destroy(): unknown } {
  return typeof value === "object" && value !== null && "destroy" in value && typeof value.destroy === "function";
}
