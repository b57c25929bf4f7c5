import { connect } from "node:net";

const intervalMs = 1000;

/**
 * Calls `gone` once nothing listens at the engine's address any more.
 *
 * A killed engine sends no signal and leaves stdin as it is, so this asks. Only a refused connection counts: a slow engine is not gone.
 */
export function watchEngine(address: string, gone: () => void): void {
  const colon = address.lastIndexOf(":");
  const target = { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
  const timer = setInterval(() => {
    const socket = connect(target, () => socket.destroy());
    socket.setTimeout(intervalMs, () => socket.destroy());
    socket.on("error", (error) => {
      if (!("code" in error) || error.code !== "ECONNREFUSED") return;
      clearInterval(timer);
      gone();
    });
  }, intervalMs);
}
