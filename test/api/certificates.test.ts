import { createServer as createHttp2 } from "node:http2";
import { type AddressInfo, createServer as createTcp } from "node:net";
import { createServer as createTls } from "node:tls";
import { afterAll, describe, expect, it, vi } from "vitest";
import { CREATE, usage } from "../support/api/bodies.ts";
import { failureOf, testClient } from "../support/api/client.ts";
import type { Identity } from "../support/network/certificates.ts";
import { tlsServer } from "../support/network/tlsServer.ts";
import { twoAuthorities } from "../support/network/twoAuthorities.ts";

// This machine may have one.
vi.stubEnv("NODE_EXTRA_CA_CERTS", undefined);
const { known, unknown } = twoAuthorities();
afterAll(() => void vi.unstubAllEnvs());

const CERTIFICATES: Record<string, { of: () => Identity; says: RegExp }> = {
  "of an authority that Node doesn't know": {
    of: () => unknown().issue("localhost"),
    says: /an authority that Node doesn't know[\s\S]*Set NODE_EXTRA_CA_CERTS[\s\S]*PEM/,
  },
  "signed by itself": {
    of: () => unknown().selfSigned("localhost"),
    says: /signed by itself[\s\S]*Set NODE_EXTRA_CA_CERTS/,
  },
  "that has expired": {
    of: () => known().issue("localhost", "20200102000000Z"),
    says: /has expired, or this machine's clock is wrong[\s\S]*NODE_EXTRA_CA_CERTS doesn't help/,
  },
  "for another host": {
    of: () => known().issue("api.example"),
    says: /another host name[\s\S]*Check the host[\s\S]*NODE_EXTRA_CA_CERTS doesn't help/,
  },
};

describe("a certificate that can't be trusted ends the call before anything is sent, and is explained", () => {
  it.each(Object.entries(CERTIFICATES))("%s", async (_name, { of, says }) => {
    const server = await tlsServer(of(), () => usage);
    const client = testClient(`https://localhost:${server.port}/v1`, { deadlineMs: 10_000 });
    const error = await failureOf(client.create(CREATE));
    expect([error.code, error.outcome]).toEqual(["ZKS_UNREACHABLE", "not-executed"]);
    expect(error.message).toMatch(says);
    expect(error.message).not.toMatch(/REJECT_UNAUTHORIZED|--insecure/);
    expect(server.received).toEqual([]);
    await client.close();
    await server.close();
  });

  it("NODE_EXTRA_CA_CERTS is set and doesn't help: the error says what to check", async () => {
    vi.stubEnv("NODE_EXTRA_CA_CERTS", "somewhere.pem");
    const server = await tlsServer(unknown().issue("localhost"), () => usage);
    const client = testClient(`https://localhost:${server.port}/v1`, { deadlineMs: 10_000 });
    expect((await failureOf(client.usage({}))).message).toContain(
      "NODE_EXTRA_CA_CERTS is set: check that its file can be read",
    );
    await client.close();
    await server.close();
    vi.stubEnv("NODE_EXTRA_CA_CERTS", undefined);
  });

  it("one of a known authority is accepted (control)", async () => {
    const server = await tlsServer(known().issue("localhost"), () => usage);
    const client = testClient(`https://localhost:${server.port}/v1`, { deadlineMs: 10_000 });
    await client.usage({});
    expect(server.received).toEqual(["GET /v1/developer/usage"]);
    await client.close();
    await server.close();
  });
});

describe("a port that speaks something else is explained, and nothing is sent", () => {
  it("http where https was configured", async () => {
    const server = createTcp((socket) => socket.on("error", () => undefined).end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    const port = await listen(server);
    const client = testClient(`https://localhost:${port}/v1`, { deadlineMs: 10_000 });
    const error = await failureOf(client.create(CREATE));
    expect(error.outcome).toBe("not-executed");
    expect(error.message).toMatch(/doesn't speak TLS[\s\S]*Check the port in ZKSCORE_BASE_URL/);
    await client.close();
    server.close();
  });

  it("TLS, but no HTTP/1.1", async () => {
    const server = createTls({ ...known().issue("localhost"), ALPNProtocols: ["h2"] });
    server.on("tlsClientError", () => undefined);
    const port = await listen(server);
    const client = testClient(`https://localhost:${port}/v1`, { deadlineMs: 10_000 });
    const error = await failureOf(client.create(CREATE));
    expect(error.outcome).toBe("not-executed");
    expect(error.message).toContain("HTTP/1.1");
    await client.close();
    server.close();
  });

  it("TLS of the last century", async () => {
    const server = createTls({
      ...known().issue("localhost"),
      maxVersion: "TLSv1.1",
      minVersion: "TLSv1",
      ciphers: "ALL@SECLEVEL=0",
    });
    server.on("tlsClientError", () => undefined);
    const port = await listen(server);
    const client = testClient(`https://localhost:${port}/v1`, { deadlineMs: 10_000 });
    const error = await failureOf(client.create(CREATE));
    expect(error.outcome).toBe("not-executed");
    expect(error.message).toMatch(/no TLS version|firewall/);
    await client.close();
    server.close();
  });

  it("HTTP/2 without TLS", async () => {
    const server = createHttp2();
    server.on("sessionError", () => undefined);
    const port = await listen(server);
    const client = testClient(`http://localhost:${port}/v1`, { deadlineMs: 10_000 });
    const error = await failureOf(client.list("fresh"));
    expect(error.message).toMatch(/HTTP\/2 only|broke before the answer/);
    await client.close();
    server.close();
  });
});

function listen(server: { listen(port: number, done: () => void): unknown; address(): unknown }): Promise<number> {
  return new Promise((resolve) => {
    // A border: it listens on TCP.
    server.listen(0, () => resolve((server.address() as AddressInfo).port));
  });
}
