import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** How long a connection may stay silent before the engine counts as alive: it speaks first, within milliseconds. */
const SILENCE_MS = 500;

const CONNECT_MS = 2_000;
const AGAIN_MS = 100;

/** Signs of an engine that is gone. Right after a kill -9 its address still accepts, and then resets or closes. */
const GONE: ReadonlySet<string | undefined> = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE"]);

/** A method that the engine doesn't have: it says so at once, which no dead one can. */
const QUESTION = {
  ":method": "POST",
  ":path": "/pulumi-zkscore/alive",
  "content-type": "application/grpc",
  te: "trailers",
};

/**
 * Whether the engine that started this process still runs. The dynamic-provider process outlives a killed engine and
 * its parent's id doesn't change (a shell stands between), but the engine's address, the last argument of the process,
 * refuses connections, at the latest when the kernel has cleared the dead process away.
 *
 * Asked over one connection that is kept. That it closed proves nothing: the engine drops one that was silent for two
 * minutes. Then two fresh connections are tried before the engine counts as gone: keys are revoked on this word.
 */
export async function engineAlive(address: string | undefined): Promise<boolean> {
  const [, host, port] = /^(?:tcp:\/\/)?(127\.0\.0\.1|localhost|\[::1\]):(\d+)$/.exec(address ?? "") ?? [];
  if (host === undefined || port === undefined) return true;
  if (await keptAnswers(`http://${host}:${port}`)) return true;
  if (await accepts(host, Number(port))) return true;
  await sleep(AGAIN_MS);
  return accepts(host, Number(port));
}

let kept: { authority: string; session: ClientHttp2Session } | undefined;

/** A slow machine that doesn't answer in time is taken for a living engine. */
function keptAnswers(authority: string): Promise<boolean> {
  if (kept?.authority !== authority) keep(authority);
  return new Promise((resolve) => {
    try {
      const stream = kept?.session.request(QUESTION, { endStream: true });
      if (stream === undefined) return resolve(false);
      stream.setTimeout(SILENCE_MS, () => {
        drop();
        resolve(true);
      });
      stream.once("response", () => resolve(true));
      stream.once("error", () => resolve(false));
      stream.once("close", () => resolve(false));
    } catch {
      drop(); // it closed since the last question
      resolve(false);
    }
    return undefined;
  });
}

function keep(authority: string): void {
  kept?.session.destroy();
  const session = connectHttp2(authority);
  session.unref();
  kept = { authority, session };
  for (const event of ["error", "goaway", "close"]) {
    session.on(event, () => {
      if (kept?.session === session) drop();
    });
  }
}

function drop(): void {
  const session = kept?.session;
  kept = undefined;
  session?.destroy();
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: host.replace(/[[\]]/g, ""), port });
    const end = (alive: boolean) => {
      socket.destroy();
      resolve(alive);
    };
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
