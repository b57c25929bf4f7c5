import dns from "node:dns";
import { createServer } from "node:http";
import { networkInterfaces } from "node:os";
import { afterEach, describe, expect, test, vi } from "vitest";
import { connectionSettings, hostSettings } from "../../provider/settings.ts";
import { usage } from "../support/api/bodies.ts";
import { failureOf, testClient } from "../support/api/client.ts";
import { httpProxy } from "../support/network/proxies.ts";
import { tlsServer } from "../support/network/tlsServer.ts";
import { twoAuthorities } from "../support/network/twoAuthorities.ts";

const { known, unknown } = twoAuthorities();
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe("NODE_TLS_REJECT_UNAUTHORIZED=0 gives the token to nobody", () => {
  test("a server without a certificate that counts gets nothing, and the error says why", async () => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    const server = await tlsServer(unknown().issue("localhost"), () => usage);
    const client = testClient(`https://localhost:${server.port}/v1`, { deadlineMs: 10_000 });
    const error = await failureOf(client.usage({}));
    expect(error.code).toBe("ZKS_UNREACHABLE");
    expect(error.message).toMatch(/NODE_TLS_REJECT_UNAUTHORIZED=0 isn't obeyed here/);
    expect(server.received).toEqual([]);
    await client.close();
    await server.close();
  });

  test("nor an https proxy, nor a server behind one", async () => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    const server = await tlsServer(unknown().issue("api.example"), () => usage);
    for (const [identity, whose] of [
      [unknown().issue("localhost"), /the certificate of the proxy/],
      [known().issue("localhost"), /the certificate of https:\/\/api\.example/],
    ] as const) {
      const proxy = await httpProxy(server.port, { identity });
      vi.stubEnv("HTTPS_PROXY", `https://user:password@localhost:${proxy.port}`);
      const client = testClient("https://api.example/v1", { deadlineMs: 10_000 });
      expect((await failureOf(client.usage({}))).message).toMatch(whose);
      await client.close();
      await proxy.close();
    }
    expect(server.received).toEqual([]);
    await server.close();
  });
});

const outside = Object.values(networkInterfaces())
  .flatMap((list) => list ?? [])
  .find(({ internal, family }) => !internal && family === "IPv4")?.address;

test.skipIf(outside === undefined)("http to a localhost that leads elsewhere sends nothing", async () => {
  const received: string[] = [];
  const server = createServer((request, response) => {
    received.push(request.headers.authorization ?? "");
    response.end(JSON.stringify(usage));
  });
  await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
  const port = Number(Reflect.get(Object(server.address()), "port"));
  const control = await testClient(`http://localhost:${port}/v1`, { deadlineMs: 10_000 }).usage({});
  expect([control.success, received.length], "control").toEqual([true, 1]);
  vi.spyOn(dns, "lookup").mockImplementation(((
    _host: string,
    options: { all?: boolean },
    done: (...all: unknown[]) => void,
  ) => {
    if (options.all === true) done(null, [{ address: outside, family: 4 }]);
    else done(null, outside, 4);
  }) as typeof dns.lookup); // the one overload that `net` calls
  const client = testClient(`http://localhost:${port}/v1`, { deadlineMs: 10_000 });
  const error = await failureOf(client.usage({}));
  expect(error.message).toMatch(/its name doesn't lead to this machine/);
  expect(received).toHaveLength(1);
  await client.close();
  server.closeAllConnections();
  server.close();
});

describe("a stack's file alone doesn't say where the environment's token goes", () => {
  const TOKEN = { ZKSCORE_TOKEN: "a-token-canary" };
  const file =
    (baseUrl: string, more: Record<string, string> = {}) =>
    (name: string) =>
      ({ baseUrl, ...more })[name];

  test.each([
    "https://attacker.example/v1",
    "https://api-mainnet.onzks.com.attacker.example/v1",
    "https://attackeronzks.com/v1",
    "https://onzks.com@attacker.example/v1",
  ])("%s", (baseUrl) => {
    expect(() => hostSettings(TOKEN, file(baseUrl))).toThrow(/ZKS_CONFIG/);
    expect(() => connectionSettings(TOKEN, file(baseUrl)), "from a program, too").toThrow(/ZKS_CONFIG/);
  });

  test("the refusal names host and remedy, and no token", () => {
    expect(() => hostSettings(TOKEN, file("https://attacker.example/v1"))).toThrow(
      /doesn't go to attacker\.example, which only zkscore:baseUrl names[\s\S]*set ZKSCORE_BASE_URL to it where ZKSCORE_TOKEN is set/,
    );
    expect(() => hostSettings(TOKEN, file("https://attacker.example/v1"))).not.toThrow(/canary/);
  });

  test.each<[string, Record<string, string>, ReturnType<typeof file>]>([
    ["the documented API and its sister deployments", TOKEN, file("https://api-testnet.onzks.com/v1")],
    ["loopback: the emulator", TOKEN, file("http://127.0.0.1:4010/v1")],
    [
      "the environment names it, too",
      { ...TOKEN, ZKSCORE_BASE_URL: "https://zks.acme.example/v1" },
      file("https://x.example"),
    ],
    ["token and address both in the stack's configuration", {}, file("https://zks.acme.example/v1", { token: "t" })],
    ["no token at all: a preview", {}, file("https://zks.acme.example/v1")],
    ["neither in a file", TOKEN, () => undefined],
  ])("honest: %s", (_what, env, config) => {
    expect(() => hostSettings(env, config)).not.toThrow();
  });
});
