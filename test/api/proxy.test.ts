import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { CREATE, page } from "../support/api/bodies.ts";
import { EVERY_OPERATION, failureOf, TOKEN, testClient } from "../support/api/client.ts";
import { type Authority, createAuthority } from "../support/network/certificates.ts";
import { httpProxy, socksProxy, type TestProxy } from "../support/network/proxies.ts";
import { type RawFault, rawServer } from "../support/network/rawServer.ts";
import { type TlsServer, tlsServer } from "../support/network/tlsServer.ts";

const API = "https://api.zkscore.test/v1";
const PASSWORD = "hunter2-canary";
/** Connecting gets a quarter of this. */
const DEADLINE_MS = 1_600;
const SLACK_MS = 1_500;

beforeEach(() => {
  for (const name of ["https_proxy", "http_proxy", "no_proxy", "all_proxy"]) {
    vi.stubEnv(name, undefined);
    vi.stubEnv(name.toUpperCase(), undefined);
  }
});
afterEach(() => void vi.unstubAllEnvs());

const say = (text: string): RawFault => ({ onRequest: (socket) => void socket.end(text) });

/** What a proxy can do instead of opening a tunnel, and a word of the explanation that it must get. */
const REFUSALS: Record<string, { scheme?: string; does: RawFault; says: RegExp }> = {
  "407, Basic": {
    does: say("HTTP/1.1 407 Auth\r\nproxy-authenticate: Basic realm=x\r\ncontent-length: 0\r\n\r\n"),
    says: /CONNECT with 407[\s\S]*user:password@/,
  },
  "407, only Negotiate and NTLM": {
    does: say(
      "HTTP/1.1 407 Auth\r\nproxy-authenticate: Negotiate\r\nproxy-authenticate: NTLM\r\ncontent-length: 0\r\n\r\n",
    ),
    says: /isn't Basic[\s\S]*cntlm/,
  },
  "403 with a page": {
    does: say("HTTP/1.1 403 Forbidden\r\ncontent-type: text/html\r\ncontent-length: 4\r\n\r\n<p>x"),
    says: /CONNECT with 403[\s\S]*to allow it[\s\S]*NO_PROXY/,
  },
  "401": { does: say("HTTP/1.1 401 No\r\n\r\n"), says: /CONNECT with 401/ },
  "404": { does: say("HTTP/1.1 404 No\r\n\r\n"), says: /CONNECT with 404/ },
  "302 to a login page": {
    does: say("HTTP/1.1 302 Go\r\nlocation: http://login.example/\r\n\r\n"),
    says: /login page/,
  },
  "502": { does: say("HTTP/1.1 502 Bad\r\n\r\n"), says: /didn't reach api\.zkscore\.test:443[\s\S]*502/ },
  "511": { does: say("HTTP/1.1 511 Login\r\n\r\n"), says: /CONNECT with 511/ },
  "silence after the request": { does: {}, says: /opened no way to api\.zkscore\.test:443 within/ },
  "headers without an end": {
    does: { onRequest: (socket) => void socket.write("HTTP/1.1 200 OK\r\nx: y\r\n") },
    says: /within/,
  },
  "closed at once": { does: { onConnect: (socket) => void socket.end() }, says: /closed the connection/ },
  "reset at once": { does: { onConnect: (socket) => void socket.resetAndDestroy() }, says: /\(ECONNRESET\)/ },
  "closed after the request": { does: { onRequest: (socket) => void socket.end() }, says: /closed the connection/ },
  "no HTTP": { does: say("SSH-2.0-OpenSSH_9.6\r\n"), says: /doesn't speak HTTP \(HPE_/ },
  "a tunnel that leads nowhere": {
    does: { onRequest: (socket) => void socket.end("HTTP/1.1 200 OK\r\n\r\n") },
    says: /through the proxy of HTTPS_PROXY/,
  },
  "https wanted, http spoken": {
    scheme: "https",
    does: { onConnect: (s) => void s.end("HTTP/1.1 400 no\r\n\r\n") },
    says: /can't be reached \(ERR_SSL_|EPROTO/,
  },
  "https wanted, silence": { scheme: "https", does: {}, says: /can't be reached within/ },
  "SOCKS wanted, silence": { scheme: "socks5", does: {}, says: /opened no way to api\.zkscore\.test:443 within/ },
  "SOCKS wanted, closed": {
    scheme: "socks5h",
    does: { onConnect: (s) => void s.end() },
    says: /closed the connection/,
  },
  "SOCKS wanted, HTTP spoken": {
    scheme: "socks5",
    does: { onConnect: (s) => void s.end("HTTP/1.1 400 no\r\n\r\n") },
    says: /doesn't speak SOCKS 5/,
  },
  "SOCKS, no way to authenticate": {
    scheme: "socks",
    does: { onConnect: (s) => void s.end(Buffer.from([5, 255])) },
    says: /user and password/,
  },
  "SOCKS, host unreachable": {
    scheme: "socks5",
    does: { onConnect: (s) => void s.end(Buffer.from([5, 0, 5, 4, 0, 1, 0, 0, 0, 0, 0, 0])) },
    says: /the host can't be reached \(SOCKS reply 4\)/,
  },
};

describe("where no tunnel stood, nothing was sent: the error names the proxy's setting, not the API", () => {
  it.each(Object.entries(REFUSALS))("%s", async (_name, { scheme = "http", does, says }) => {
    let seen = "";
    const proxy = await rawServer({
      ...does,
      onConnect: (socket) => {
        socket.on("data", (chunk) => {
          seen += chunk.toString("latin1");
        });
        does.onConnect?.(socket);
      },
    });
    vi.stubEnv("HTTPS_PROXY", `${scheme}://proxyuser:${PASSWORD}@127.0.0.1:${proxy.port}`);
    const client = testClient(API, { deadlineMs: DEADLINE_MS, attempts: 3 });
    const started = performance.now();
    const error = await failureOf(client.create(CREATE));
    expect(performance.now() - started).toBeLessThan(DEADLINE_MS / 4 + SLACK_MS);
    expect(error.outcome).toBe("not-executed");
    expect(error.code).toBe("ZKS_UNREACHABLE");
    // A status is the API's, and decides on keys (401: the secret is dead).
    expect(error.status).toBeUndefined();
    expect(error.message).toContain(`127.0.0.1:${proxy.port}`);
    expect(error.message).toMatch(/HTTPS_PROXY/);
    expect(error.message).toMatch(says);
    for (const secret of [PASSWORD, "proxyuser", TOKEN]) expect(error.message).not.toContain(secret);
    expect(seen).not.toContain(TOKEN);
    expect(proxy.connections()).toBeLessThanOrEqual(3);
    await client.close();
    await proxy.close();
  });

  it.each(Object.entries(EVERY_OPERATION))("%s", async (_name, operate) => {
    const proxy = await rawServer(say("HTTP/1.1 403 Forbidden\r\n\r\n"));
    vi.stubEnv("https_proxy", `http://127.0.0.1:${proxy.port}`);
    const client = testClient(API);
    const error = await failureOf(operate(client));
    expect([error.outcome, error.code, error.status]).toEqual(["not-executed", "ZKS_UNREACHABLE", undefined]);
    expect(error.message).toContain(`the proxy of https_proxy (127.0.0.1:${proxy.port})`);
    // It said no: asking again can't help.
    expect(proxy.connections()).toBe(1);
    await client.close();
    await proxy.close();
  });

  it("a proxy that isn't there, and one whose name is unknown", async () => {
    for (const [place, code] of [
      ["127.0.0.1:1", "ECONNREFUSED"],
      ["proxy.invalid:3128", "ENOTFOUND|EAI_AGAIN"],
    ]) {
      vi.stubEnv("HTTPS_PROXY", `http://${place}`);
      const client = testClient(API);
      const error = await failureOf(client.create(CREATE));
      expect(error.outcome).toBe("not-executed");
      expect(error.message).toMatch(
        new RegExp(`the proxy of HTTPS_PROXY \\(${place}\\) can't be reached \\((${code})\\)`),
      );
      await client.close();
    }
  });
});

describe("a setting that can't be used is refused, and not quoted", () => {
  it.each([
    ["socks4://10.0.0.1:1080", /SOCKS 4/],
    ["ftp://10.0.0.1", /neither http/],
    [`http://user:12/${PASSWORD}@10.0.0.1:3128`, /percent-encoded/],
    [`http://user:12#${PASSWORD}@10.0.0.1:3128`, /percent-encoded/],
    [`http://user:12?${PASSWORD}@10.0.0.1:3128`, /percent-encoded/],
    [`http://user:${PASSWORD}%@10.0.0.1:3128`, /percent-encoded/],
    [`${PASSWORD}:::not a url`, /not a URL/],
    ["socks5://", /not a URL/],
  ])("%s", (setting, says) => {
    vi.stubEnv("HTTPS_PROXY", setting);
    expect(() => testClient(API)).toThrow(says);
    expect(() => testClient(API)).toThrow("The proxy in HTTPS_PROXY");
    expect(() => testClient(API)).not.toThrow(/hunter2|user:12/);
    // Where it isn't used it is no matter.
    for (const exempt of ["*", "zkscore.test", "other.example, .zkscore.test", "api.zkscore.test:443"]) {
      vi.stubEnv("NO_PROXY", exempt);
      void testClient(API).close();
    }
    for (const other of ["zkscore.tes", "api.zkscore.test:8443", "x.api.zkscore.test", "10.0.0.0/8"]) {
      vi.stubEnv("NO_PROXY", other);
      expect(() => testClient(API)).toThrow(says);
    }
  });

  it("NO_PROXY knows addresses and blocks", () => {
    vi.stubEnv("HTTPS_PROXY", "socks4://10.0.0.1");
    const exempt = (host: string, list: string) => {
      vi.stubEnv("NO_PROXY", list);
      try {
        void testClient(`https://${host}/v1`).close();
        return true;
      } catch {
        return false;
      }
    };
    expect(exempt("192.0.2.7", "192.0.2.0/24")).toBe(true);
    expect(exempt("192.0.3.7", "192.0.2.0/24")).toBe(false);
    expect(exempt("[2001:db8::1]", "2001:db8::/32")).toBe(true);
    expect(exempt("[2001:db8::1]", "2001:db8::1")).toBe(true);
    expect(exempt("[2001:db8::1]:8443", "[2001:db8::1]:8443")).toBe(true);
    expect(exempt("[2001:db8::1]", "[2001:db8::1]:8443")).toBe(false);
    expect(exempt("[2001:db9::1]", "2001:db8::/32")).toBe(false);
    expect(exempt("a.example.com", "*.example.com")).toBe(true);
    expect(exempt("example.com", "*.example.com")).toBe(false);
    expect(exempt("example.com", ".example.com")).toBe(true);
    expect(exempt("EXAMPLE.com.", "example.com")).toBe(true);
    expect(exempt("badexample.com", "example.com")).toBe(false);
  });
});

it("ALL_PROXY isn't used, and is named where a connection fails", async () => {
  vi.stubEnv("ALL_PROXY", `socks5://user:${PASSWORD}@127.0.0.1:1080`);
  const client = testClient("https://zkscore.invalid/v1");
  const error = await failureOf(client.create(CREATE));
  expect(error.message).toContain("ALL_PROXY isn't used");
  expect(error.message).toContain("set HTTPS_PROXY");
  expect(error.message).not.toContain(PASSWORD);
  await client.close();
});

describe("through a proxy that works", () => {
  const trusted = getCACertificates("default");
  let authority: Authority;
  let api: TlsServer;
  beforeAll(async () => {
    authority = createAuthority();
    setDefaultCACertificates([...trusted, authority.pem]);
    api = await tlsServer(authority.issue("api.zkscore.test"), (url) => page([], url));
  });
  afterAll(async () => {
    setDefaultCACertificates(trusted);
    await api.close();
    authority.dispose();
  });

  const basic = `Basic ${Buffer.from("us:er:p@ss/word").toString("base64")}`;
  const login = "us%3Aer:p%40ss%2Fword@";
  const PROXIES: Record<string, [(to: number) => Promise<TestProxy>, (port: number) => string]> = {
    http: [(to) => httpProxy(to), (port) => `http://127.0.0.1:${port}`],
    "no scheme": [(to) => httpProxy(to), (port) => `127.0.0.1:${port}/`],
    "http with a password": [
      (to) => httpProxy(to, { authorization: basic }),
      (port) => `http://${login}127.0.0.1:${port}`,
    ],
    https: [(to) => httpProxy(to, { identity: authority.issue("localhost") }), (port) => `https://localhost:${port}`],
    socks5: [(to) => socksProxy(to), (port) => `socks5://127.0.0.1:${port}`],
    "socks5h with a password": [
      (to) => socksProxy(to, { user: "us:er", password: "p@ss/word" }),
      (port) => `socks5h://${login}127.0.0.1:${port}`,
    ],
  };

  it.each(Object.entries(PROXIES))("%s", async (_name, [start, setting]) => {
    const proxy = await start(api.port);
    vi.stubEnv("HTTPS_PROXY", setting(proxy.port));
    const client = testClient(API, { deadlineMs: 10_000 });
    await client.list("fresh");
    await client.list("fresh");
    expect([...new Set(proxy.asked)]).toEqual(["api.zkscore.test:443"]);
    await client.close();
    await proxy.close();
  });

  it("a wrong password is refused by both kinds", async () => {
    for (const [proxy, scheme] of [
      [await httpProxy(api.port, { authorization: basic }), "http"],
      [await socksProxy(api.port, { user: "a", password: "b" }), "socks5"],
    ] as const) {
      vi.stubEnv("HTTPS_PROXY", `${scheme}://user:${PASSWORD}@127.0.0.1:${proxy.port}`);
      const client = testClient(API, { deadlineMs: 10_000 });
      const error = await failureOf(client.create(CREATE));
      expect(error.outcome).toBe("not-executed");
      expect(error.message).toContain("doesn't accept the user and password");
      expect(error.message).not.toContain(PASSWORD);
      await client.close();
      await proxy.close();
    }
  });

  it("whose own certificate nobody knows: NODE_EXTRA_CA_CERTS is named, and whose certificate it is", async () => {
    const proxy = await httpProxy(api.port, { identity: authority.selfSigned("localhost") });
    vi.stubEnv("HTTPS_PROXY", `https://localhost:${proxy.port}`);
    const client = testClient(API, { deadlineMs: 10_000 });
    const error = await failureOf(client.create(CREATE));
    expect(error.outcome).toBe("not-executed");
    expect(error.message).toMatch(
      /certificate of the proxy of HTTPS_PROXY[\s\S]*signed by itself[\s\S]*NODE_EXTRA_CA_CERTS/,
    );
    await client.close();
    await proxy.close();
  });

  it("that looks into TLS: the certificate is said to have come through the proxy", async () => {
    const other = await tlsServer(authority.selfSigned("api.zkscore.test"), (url) => page([], url));
    const proxy = await httpProxy(other.port);
    vi.stubEnv("HTTPS_PROXY", `http://127.0.0.1:${proxy.port}`);
    const client = testClient(API, { deadlineMs: 10_000 });
    const error = await failureOf(client.create(CREATE));
    expect(error.outcome).toBe("not-executed");
    expect(error.message).toContain(`through the proxy of HTTPS_PROXY (127.0.0.1:${proxy.port})`);
    expect(error.message).toContain("NODE_EXTRA_CA_CERTS");
    expect(other.received).toEqual([]);
    await client.close();
    await proxy.close();
    await other.close();
  });
});
