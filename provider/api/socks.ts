import type { Socket } from "node:net";
import { TunnelRefused } from "./connectFailure.ts";
import type { ProxySetting } from "./proxy.ts";

const VERSION = 5;
const NO_AUTHENTICATION = 0;
const USER_AND_PASSWORD = 2;
/** No way to authenticate that both sides know; also what a wrong password comes to. */
const UNACCEPTABLE = 255;

/** Bytes of the bound address that end a reply, by its kind: v4, v6. A name says its length first. */
const ADDRESS_BYTES: Readonly<Record<number, number | undefined>> = { 1: 4, 4: 16 };

/** RFC 1928 and 1929. The proxy resolves the name. Rejects with Node's error, or `TunnelRefused`. */
export async function socksHandshake(
  socket: Socket,
  credentials: ProxySetting["credentials"],
  target: { hostname: string; port: number },
): Promise<void> {
  const methods = credentials === undefined ? [NO_AUTHENTICATION] : [NO_AUTHENTICATION, USER_AND_PASSWORD];
  socket.write(Buffer.from([VERSION, methods.length, ...methods]));
  const [version, method] = await take(socket, 2);
  if (version !== VERSION) throw notSocks();
  if (method === USER_AND_PASSWORD && credentials !== undefined) {
    socket.write(Buffer.concat([Buffer.from([1]), counted(credentials.user), counted(credentials.password)]));
    const [, answer] = await take(socket, 2);
    if (answer !== 0) throw new TunnelRefused({ socks: UNACCEPTABLE });
  } else if (method !== NO_AUTHENTICATION) {
    throw new TunnelRefused({ socks: UNACCEPTABLE });
  }
  const port = Buffer.alloc(2);
  port.writeUInt16BE(target.port);
  socket.write(Buffer.concat([Buffer.from([VERSION, 1, 0, 3]), counted(target.hostname), port]));
  const [again, reply = UNACCEPTABLE, , kind = 0] = await take(socket, 4);
  if (again !== VERSION) throw notSocks();
  if (reply !== 0) throw new TunnelRefused({ socks: reply });
  const size = ADDRESS_BYTES[kind] ?? (await take(socket, 1))[0] ?? 0;
  await take(socket, size + 2);
}

function counted(text: string): Buffer {
  const bytes = Buffer.from(text).subarray(0, 255);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

function notSocks(): Error {
  return Object.assign(new Error("not SOCKS 5"), { code: "HPE_INVALID_VERSION" });
}

/** Exactly `size` bytes; what follows stays in the socket. */
function take(socket: Socket, size: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      socket.removeListener("readable", look);
      socket.removeListener("error", fail);
      socket.removeListener("close", fail);
      socket.removeListener("end", fail);
    };
    const fail = (error?: unknown) => {
      stop();
      reject(error instanceof Error ? error : Object.assign(new Error("closed"), { code: "ECONNRESET" }));
    };
    const look = () => {
      const bytes: unknown = socket.read(size);
      if (!Buffer.isBuffer(bytes)) return;
      if (bytes.length < size) return fail();
      stop();
      resolve(bytes);
    };
    socket.on("readable", look);
    socket.once("error", fail);
    socket.once("close", fail);
    socket.once("end", fail);
    look();
  });
}
