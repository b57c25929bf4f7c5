import { expect, it } from "vitest";
import { CREATE } from "../support/api/bodies.ts";
import { failureOf, testClient } from "../support/api/client.ts";
import { httpServer, type Reply, rawServer } from "../support/network/rawServer.ts";

const PAGE = "<html>Welcome to our Wi-Fi hunter2-canary</html>";
const HTML = { "content-type": "text/html" };

/** What stands between a machine and the API answers in these ways; none of them is the API's. */
const ANSWERS: Record<string, { reply: Reply; code: string; says: RegExp; outcome: string }> = {
  "200 with a page": {
    reply: { status: 200, headers: HTML, body: PAGE },
    code: "ZKS_MALFORMED",
    says: /text\/html[\s\S]*login page/,
    outcome: "unknown",
  },
  "302 to a page": {
    reply: { status: 302, headers: { ...HTML, location: "http://wifi.example/hunter2-canary" }, body: PAGE },
    code: "ZKS_CONFIG",
    says: /redirect[\s\S]*login page/,
    outcome: "unknown",
  },
  // By RFC 6585 an API never sends it itself.
  "511": {
    reply: { status: 511, headers: HTML, body: PAGE },
    code: "ZKS_UNREACHABLE",
    says: /HTTP 511[\s\S]*captive portal[\s\S]*with a browser/,
    outcome: "not-executed",
  },
  "407": {
    reply: { status: 407, headers: HTML, body: PAGE },
    code: "ZKS_FORBIDDEN",
    says: /proxy[\s\S]*HTTPS_PROXY/,
    outcome: "rejected",
  },
};

it.each(Object.entries(ANSWERS))("%s is told from an answer of the API, and asked for once", async (_name, one) => {
  const server = await httpServer(() => one.reply);
  const client = testClient(server.url);
  const error = await failureOf(client.create(CREATE));
  expect([error.code, error.outcome]).toEqual([one.code, one.outcome]);
  expect(error.message).toMatch(one.says);
  expect(error.message).not.toContain("hunter2");
  expect(server.received).toHaveLength(1);
  await client.close();
  await server.close();
});

it("bytes that aren't HTTP are not called an interruption", async () => {
  const server = await rawServer({ onRequest: (socket) => void socket.write("SSH-2.0-OpenSSH_9.6\r\n") });
  const client = testClient(server.url);
  const error = await failureOf(client.list("fresh"));
  expect(error.code).toBe("ZKS_MALFORMED");
  expect(error.message).toMatch(
    /something else answers at http:\/\/127\.0\.0\.1:\d+[\s\S]*HPE_[\s\S]*ZKSCORE_BASE_URL/,
  );
  await client.close();
  await server.close();
});
