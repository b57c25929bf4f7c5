import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** How long a connection may stay silent before the engine counts as alive: it speaks first, within milliseconds. */
const SILENCE_MS = 500;

const CONNECT_MS = 2_000;
const AGAIN_MS = 100;

/** Signs of an engine that is gone. Right after a kill -9 its address still accepts, and then resets or closes. */
const GONE: ReadonlySet<string | undefined> = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE"]);

/**
 * Whether the engine that started this process still runs. The dynamic-provider process outlives a killed engine and
 * its parent's id doesn't change (a shell stands between), but the engine's address, the last argument of the process,
 * refuses connections, at the latest when the kernel has cleared the dead process away. Asked twice before it counts as
 * gone: keys are revoked on this word.
 */
export async function engineAlive(address: string | undefined): Promise<boolean> {
  if (await answers(address)) return true;
  await sleep(AGAIN_MS);
  return answers(address);
}

function answers(address: string | undefined): Promise<boolean> {
  const [, host, port] = /^(?:tcp:\/\/)?(127\.0\.0\.1|localhost|\[::1\]):(\d+)$/.exec(address ?? "") ?? [];
  if (host === undefined || port === undefined) return Promise.resolve(true);
  return new Promise((resolve) => {
    const socket = connect({ host: host.replace(/[[\]]/g, ""), port: Number(port) });
    const end = (alive: boolean) => {
      socket.destroy();
      resolve(alive);
    };
    // A slow machine that doesn't answer in time is taken for a living engine.
    socket.setTimeout(CONNECT_MS, () => end(true));
    socket.once("connect", () => socket.setTimeout(SILENCE_MS));
    socket.once("data", () => end(true)); // gRPC: the server sends its settings first
    socket.once("error", (error: NodeJS.ErrnoException) => end(!GONE.has(error.code)));
    socket.once("close", () => end(false));
  });
}

let busy = 0;

/** Runs a handler; the process doesn't end under it. */
export async function whileBusy<T>(run: () => Promise<T>): Promise<T> {
  busy += 1;
  try {
    return await run();
  } finally {
    busy -= 1;
  }
}

/** Ends this process once its engine is gone and no handler runs: nobody else would (kill -9 of the engine). */
export function exitWithEngine(address: string | undefined): void {
  const look = async () => {
    if (busy === 0 && !(await engineAlive(address)) && busy === 0) process.exit(1);
  };
  setInterval(() => void look(), 2_000).unref();
}
