import { once } from "node:events";
import { createServer as createHttp2Server, type Http2Server } from "node:http2";
import { createServer, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { engineAlive } from "../../provider/host/engine.ts";

/** Asks at an address that treats each connection so. */
async function askAt(treat: (socket: Socket) => unknown): Promise<boolean> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    treat(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const at = server.address();
  try {
    return await engineAlive(typeof at === "object" && at !== null ? `127.0.0.1:${at.port}` : "");
  } finally {
    server.close();
  }
}

test("an engine that speaks is alive", async () => {
  expect(await askAt((socket) => socket.write("settings"))).toBe(true);
});

test("one that is slow to speak is taken for alive", async () => {
  expect(await askAt(() => undefined)).toBe(true);
});

test("an address that no longer listens is gone", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const at = server.address();
  server.close();
  await once(server, "close");
  expect(await engineAlive(typeof at === "object" && at !== null ? `127.0.0.1:${at.port}` : "")).toBe(false);
});

// What the kernel does with a connection to a process that was killed a moment ago.
test("one that still accepts, and closes without a word, is gone", async () => {
  expect(await askAt((socket) => socket.end())).toBe(false);
});

test("one that still accepts, and resets, is gone", async () => {
  expect(await askAt((socket) => socket.resetAndDestroy())).toBe(false);
});

test("one refused connection of a living engine is not its end", async () => {
  let asked = 0;
  expect(await askAt((socket) => (++asked === 1 ? socket.resetAndDestroy() : socket.write("settings")))).toBe(true);
  expect(asked).toBe(2);
});

test("a process started without an engine's address is nobody's", async () => {
  expect(await engineAlive(undefined)).toBe(true);
  expect(await engineAlive("not an address")).toBe(true);
});

describe("the connection that is kept", () => {
  /** As the engine's server: it knows no such method, and says so. */
  async function engine(): Promise<{ server: Http2Server; address: string; connections: Socket[] }> {
    const connections: Socket[] = [];
    const server = createHttp2Server();
    server.on("connection", (socket: Socket) => connections.push(socket));
    server.on("stream", (stream) => stream.respond({ ":status": 200, "grpc-status": "12" }, { endStream: true }));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const at = server.address();
    return { server, address: typeof at === "object" && at !== null ? `127.0.0.1:${at.port}` : "", connections };
  }

  test("serves every question of a run", async () => {
    const { server, address, connections } = await engine();
    for (let asked = 0; asked < 20; asked++) expect(await engineAlive(address)).toBe(true);
    expect(await Promise.all(Array.from({ length: 20 }, () => engineAlive(address)))).not.toContain(false);
    // A machine that stands still for half a second gives one connection up.
    expect(connections.length).toBeLessThanOrEqual(2);
    for (const socket of connections) socket.destroy();
    server.close();
  });

  test("that closed proves nothing: a fresh look finds the engine alive, and the next question is asked over a new one", async () => {
    const { server, address, connections } = await engine();
    expect(await engineAlive(address)).toBe(true);
    connections[0]?.destroy();
    expect(await engineAlive(address)).toBe(true);
    for (let asked = 0; asked < 5; asked++) expect(await engineAlive(address)).toBe(true);
    expect(connections.length).toBeLessThanOrEqual(4);
    for (const socket of connections) socket.destroy();
    server.close();
  });

  test("that closed with the engine is no sign of life", async () => {
    const { server, address, connections } = await engine();
    expect(await engineAlive(address)).toBe(true);
    server.close();
    for (const socket of connections) socket.destroy();
    expect(await engineAlive(address)).toBe(false);
  });
});
