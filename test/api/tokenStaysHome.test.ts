import { afterEach, describe, expect, it, vi } from "vitest";
import { ZkscoreError } from "../../provider/domain/errors.ts";
import { CREATE, page, usage } from "../support/api/bodies.ts";
import { EVERY_OPERATION, failureOf, TOKEN, testClient } from "../support/api/client.ts";
import { httpServer, rawServer } from "../support/network/rawServer.ts";

afterEach(() => void vi.unstubAllEnvs());

describe("a base URL that the token may not go to is refused before any request", () => {
  it.each([
    "http://api.example.com/v1",
    "http://10.0.0.1/v1",
    "http://127.0.0.1.example.com/v1",
    "http://localhost.example.com",
    "http://api.localhost/v1",
    "http://localhost./v1",
    "http://[::ffff:10.0.0.1]/v1",
    "http://[::2]/v1",
    "ftp://127.0.0.1/",
    "file:///etc/passwd",
    "api.example.com/v1",
    "",
    "https://user:hunter2-canary@api.example.com/v1",
    "https://hunter2-canary@api.example.com/v1",
    "https://api.example.com/v1?key=hunter2-canary",
    "https://api.example.com/v1?",
    "https://api.example.com/v1#hunter2-canary",
  ])("%s", (baseUrl) => {
    let thrown: unknown;
    try {
      testClient(baseUrl);
    } catch (error) {
      thrown = error;
    }
    if (!ZkscoreError.is(thrown)) return expect.fail("was accepted");
    expect(thrown.code).toBe("ZKS_CONFIG");
    expect(thrown.message).toContain("ZKSCORE_BASE_URL or zkscore:baseUrl");
    expect(thrown.message).not.toContain("hunter2");
  });

  it.each(["https://api.example.com", "http://localhost:9/v1", "http://[::1]:9", "http://127.9.9.9/"])(
    "%s is fine",
    async (baseUrl) => {
      await testClient(baseUrl).close();
    },
  );
});

it.each(["/v1", "/v1/", "/v1///", "/api/v1", ""])(
  "the prefix %j is kept and slashes are not doubled",
  async (prefix) => {
    const server = await httpServer(() => ({ body: usage }));
    const client = testClient(`http://127.0.0.1:${server.port}${prefix}`);
    await client.usage({});
    expect(server.received[0]?.url).toBe(`${prefix.replace(/\/+$/, "")}/developer/usage`);
    await client.close();
    await server.close();
  },
);

describe("a missing token is an error only when a request needs it", () => {
  it.each(Object.entries(EVERY_OPERATION))("%s", async (name, operate) => {
    const server = await httpServer(() => ({ body: usage }));
    for (const token of [undefined, "", "  "]) {
      const client = testClient(server.url, { token });
      if (name === "usage with a key") {
        await operate(client);
      } else {
        const error = await failureOf(operate(client));
        expect(error.code).toBe("ZKS_CONFIG");
        expect(error.message).toMatch(/ZKSCORE_TOKEN.*zkscore:token/s);
        expect(server.received).toHaveLength(0);
      }
      await client.close();
    }
    await server.close();
  });
});

it.each(["two words", "line\nbreak", "line\r\nx-injected: 1", "ümlaut", "nul\u0000"])(
  "a token like %j never gets into a header",
  async (token) => {
    const server = await httpServer(() => ({ body: usage }));
    const client = testClient(server.url, { token });
    expect((await failureOf(client.list("fresh"))).code).toBe("ZKS_CONFIG");
    expect((await failureOf(client.usage({}, token))).code).toBe("ZKS_INPUT");
    expect(server.received).toHaveLength(0);
    await client.close();
    await server.close();
  },
);

it("a line break at the end of the token, as from a file, is trimmed", async () => {
  const server = await httpServer(({ url }) => ({ body: page([], url) }));
  const client = testClient(server.url, { token: `${TOKEN}\n` });
  await client.list("fresh");
  expect(server.received[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
  await client.close();
  await server.close();
});

it("goes through HTTPS_PROXY for https, and shows the proxy no token", async () => {
  let seen = "";
  const proxy = await rawServer({
    onConnect: (socket) =>
      void socket.on("data", (chunk) => {
        seen += chunk.toString("latin1");
        socket.end("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
      }),
  });
  vi.stubEnv("HTTPS_PROXY", `http://proxyuser:hunter2-canary@127.0.0.1:${proxy.port}`);
  vi.stubEnv("https_proxy", `http://proxyuser:hunter2-canary@127.0.0.1:${proxy.port}`);
  vi.stubEnv("no_proxy", "");
  vi.stubEnv("NO_PROXY", "");
  const client = testClient("https://zkscore.invalid/v1", { deadlineMs: 2_000 });
  const error = await failureOf(client.create(CREATE));
  expect(seen).toContain("CONNECT zkscore.invalid:443");
  expect(seen).not.toContain(TOKEN);
  expect(error.message).not.toContain("hunter2");
  await client.close();
  await proxy.close();
});

it("never sends loopback traffic to a proxy", async () => {
  const proxy = await rawServer({ onConnect: (socket) => void socket.end() });
  const server = await httpServer(() => ({ body: usage }));
  for (const name of ["HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"]) {
    vi.stubEnv(name, `http://127.0.0.1:${proxy.port}`);
  }
  const client = testClient(server.url);
  await client.usage({});
  expect(proxy.connections()).toBe(0);
  await client.close();
  await server.close();
  await proxy.close();
});

it("an unusable HTTPS_PROXY is named without its password", () => {
  vi.stubEnv("https_proxy", "hunter2-canary:::not a url");
  vi.stubEnv("HTTPS_PROXY", "hunter2-canary:::not a url");
  let thrown: unknown;
  try {
    testClient("https://api.example.com/v1");
  } catch (error) {
    thrown = error;
  }
  expect(ZkscoreError.is(thrown) && thrown.code).toBe("ZKS_CONFIG");
  expect(String(thrown)).toContain("HTTPS_PROXY");
  expect(String(thrown)).not.toContain("hunter2");
});
