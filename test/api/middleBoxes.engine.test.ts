import { type AddressInfo, connect } from "node:net";
import { createServer, type Server } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { type Authority, createAuthority } from "../support/network/certificates.ts";
import { httpProxy } from "../support/network/proxies.ts";
import { rawServer } from "../support/network/rawServer.ts";
import { inWhole } from "../support/share.ts";
import { createWorld, keysProgram, READ_SCORES, type World } from "../support/world.ts";

const PASSWORD = "hunter2-canary";
const NO_PROXIES = { HTTPS_PROXY: undefined, https_proxy: undefined, NO_PROXY: undefined, no_proxy: undefined };

describeWithEngine("between the provider and the API", () => {
  let world: World;
  let authority: Authority;
  /** TLS in front of the emulator, as a gateway with a certificate of the company's own authority would be. */
  let gateway: Server;
  let port = 0;
  beforeAll(async () => {
    authority = createAuthority();
    world = await createWorld({
      program: keysProgram({ a: `{ ${READ_SCORES} }` }),
      env: { ...NO_PROXIES, NODE_EXTRA_CA_CERTS: undefined },
    });
    gateway = createServer(authority.issue("api.zkscore.test"), (socket) => {
      const api = connect(world.api.port, "127.0.0.1");
      for (const one of [socket, api]) one.on("error", () => undefined);
      socket.pipe(api).pipe(socket);
    });
    gateway.on("tlsClientError", () => undefined);
    await new Promise<void>((resolve) => gateway.listen(0, "127.0.0.1", resolve));
    // A border: it listens on TCP.
    port = (gateway.address() as AddressInfo).port;
  });
  afterAll(async () => {
    gateway.close();
    await world.dispose();
    authority.dispose();
  });

  const BASE = "https://api.zkscore.test/v1";

  test("a proxy that refuses: the key's error names it, without its password, and nothing was sent", async () => {
    const proxy = await rawServer({ onRequest: (socket) => void socket.end("HTTP/1.1 407 No\r\n\r\n") });
    const place = `127.0.0.1:${proxy.port}`;
    const { code, output, ms } = await world.stack.up([], {
      ZKSCORE_BASE_URL: BASE,
      HTTPS_PROXY: `http://me:${PASSWORD}@${place}`,
    });
    expect(code).not.toBe(0);
    expect(output).toContain(`the proxy of HTTPS_PROXY (${place}) doesn't accept the user and password`);
    expect(output).not.toMatch(/settling|broken|hunter2/);
    expect(ms).toBeLessThan(60_000);
    expect(world.requests()).toEqual([]);
    await proxy.close();
  }, 120_000);

  test.runIf(inWhole("an authority through a proxy"))(
    "an authority that Node doesn't know, through a proxy: NODE_EXTRA_CA_CERTS is named, and helps",
    async () => {
      const proxy = await httpProxy(port);
      const env = { ZKSCORE_BASE_URL: BASE, HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
      const { code, output } = await world.stack.up([], env);
      expect(code).not.toBe(0);
      expect(output).toMatch(/authority that Node doesn't know[\s\S]*Set NODE_EXTRA_CA_CERTS/);
      expect(world.requests()).toEqual([]);
      await succeed(world.stack.up([], { ...env, NODE_EXTRA_CA_CERTS: authority.file }));
      expect(world.live()).toHaveLength(1);
      await succeed(world.stack.destroy([], { ...env, NODE_EXTRA_CA_CERTS: authority.file }));
      expect(world.live()).toEqual([]);
      await proxy.close();
    },
    180_000,
  );
});
