import { request } from "node:http";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type Stage, TunnelRefused } from "./connectFailure.ts";
import type { ProxySetting } from "./proxy.ts";
import { socksHandshake } from "./socks.ts";

/** Where a tunnel ends. */
export interface Target {
  hostname: string;
  port: number;
}

/**
 * A connection to `target` through the proxy, on which nothing has been said. Rejects with Node's error, or
 * `TunnelRefused`. Aborting `signal` destroys what there is of it.
 */
export async function openTunnel(
  proxy: ProxySetting,
  target: Target,
  signal: AbortSignal,
  at: (stage: Stage) => void,
): Promise<Socket> {
  const { hostname: host, port } = proxy;
  const tls = proxy.kind === "https";
  const socket = tls
    ? connectTls({ host, port, ALPNProtocols: ["http/1.1"], rejectUnauthorized: true })
    : connectTcp({ host, port });
  // Errors are looked at by who waits; one that comes when nobody does must not end the process.
  socket.on("error", () => undefined);
  const abandon = () => socket.destroy();
  signal.addEventListener("abort", abandon, { once: true });
  try {
    await ready(socket, tls ? "secureConnect" : "connect");
    at("tunnel");
    if (proxy.kind === "socks5") await socksHandshake(socket, proxy.credentials, target);
    else await connectMethod(socket, proxy.credentials, target);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", abandon);
  }
}

function ready(socket: Socket, event: "connect" | "secureConnect"): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(event, () => resolve());
    socket.once("error", reject);
    socket.once("close", () => reject(closed()));
  });
}

/** RFC 9110, 9.3.6: any 2xx is a yes. */
function connectMethod(socket: Socket, credentials: ProxySetting["credentials"], target: Target): Promise<void> {
  const host = target.hostname.includes(":") ? `[${target.hostname}]` : target.hostname;
  const path = `${host}:${target.port}`;
  const basic = credentials && Buffer.from(`${credentials.user}:${credentials.password}`).toString("base64");
  return new Promise((resolve, reject) => {
    const asking = request({
      method: "CONNECT",
      path,
      headers: { host: path, ...(basic === undefined ? {} : { "proxy-authorization": `Basic ${basic}` }) },
      // With a connection of its own, no agent of this process takes part.
      createConnection: () => socket,
    });
    asking.once("connect", ({ statusCode: status = 0, headers }, _socket, head) => {
      if (status < 200 || status > 299) {
        const offers = headers["proxy-authenticate"] ?? [];
        const otherAuthentication = status === 407 && offers.length > 0 && !/\bbasic\b/i.test(String(offers));
        reject(new TunnelRefused({ status, otherAuthentication }));
        return;
      }
      if (head.length > 0) socket.unshift(head);
      resolve();
    });
    asking.once("error", reject);
    socket.once("close", () => reject(closed()));
    asking.end();
  });
}

/** The other side closed without a word. */
export function closed(): Error {
  return Object.assign(new Error("closed"), { code: "ECONNRESET" });
}
