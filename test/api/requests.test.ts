import { describe, expect, it } from "vitest";
import { apiError, CREATE, created, key, page, revoked, TIMESTAMP, updated, usage } from "../support/api/bodies.ts";
import { failureOf, TOKEN, testClient } from "../support/api/client.ts";
import { httpServer, type Reply } from "../support/network/rawServer.ts";

it("create posts the body as given, and answers the secret, the key with its webhooks, and the server's clock", async () => {
  const webhooks = [{ id: "wh_1", url: "https://hooks.example.com/zks", events: ["score.updated"] }];
  const server = await httpServer(() => ({ status: 201, body: { ...created(), webhooks } }));
  const client = testClient(server.url);
  const result = await client.create(CREATE);
  expect(result.apiKey).toBe(created().apiKey);
  expect(result.key.webhooks).toEqual(webhooks);
  expect(result.serverTime).toBe(Date.parse(TIMESTAMP));
  const [sent] = server.received;
  expect([sent?.method, sent?.url]).toEqual(["POST", "/v1/developer/keys"]);
  expect(JSON.parse(sent?.body ?? "")).toEqual(CREATE);
  expect(sent?.headers).toMatchObject({ authorization: `Bearer ${TOKEN}`, "content-type": "application/json" });
  await client.close();
  await server.close();
});

it("update patches, and answers the key; an answer about another key is malformed", async () => {
  const server = await httpServer(() => ({ body: updated("key_1") }));
  const client = testClient(server.url);
  expect((await client.update("key_1", { description: "x" })).id).toBe("key_1");
  expect(server.received[0]).toMatchObject({
    method: "PATCH",
    url: "/v1/developer/keys/key_1",
    body: '{"description":"x"}',
  });
  expect((await failureOf(client.update("key_2", {}))).code).toBe("ZKS_MALFORMED");
  await client.close();
  await server.close();
});

it.each([
  [405, "ZKS_NO_UPDATE"],
  [501, "ZKS_NO_UPDATE"],
  [404, "ZKS_NOT_FOUND"],
  [409, "ZKS_CONFLICT"],
])("update answered with %i is %s, after one request", async (status, code) => {
  const server = await httpServer(() => ({ status, body: apiError("X", "y") }));
  const client = testClient(server.url);
  const error = await failureOf(client.update("key_1", {}));
  expect(error.code).toBe(code);
  if (code === "ZKS_NO_UPDATE") expect(error.remedy).toContain("ZKSCORE_UPDATES");
  expect(server.received).toHaveLength(1);
  await client.close();
  await server.close();
});

it("usage asks for what it is given, with the token or with the key itself", async () => {
  const server = await httpServer(() => ({ body: usage }));
  const client = testClient(server.url);
  expect((await client.usage({})).usage.totalRequests).toBe(12);
  await client.usage({ keyId: "a&b=c", from: "2026-01-01T00:00:00Z" }, "zk_prod_own");
  expect(server.received.map(({ url }) => url)).toEqual([
    "/v1/developer/usage",
    "/v1/developer/usage?keyId=a%26b%3Dc&from=2026-01-01T00%3A00%3A00Z",
  ]);
  expect(server.received.map(({ headers }) => headers.authorization)).toEqual([
    `Bearer ${TOKEN}`,
    "Bearer zk_prod_own",
  ]);
  await client.close();
  await server.close();
});

it("a 401 for the key's own secret doesn't blame the management token", async () => {
  const server = await httpServer(() => ({ status: 401, body: apiError("INVALID_API_KEY", "") }));
  const client = testClient(server.url);
  const error = await failureOf(client.usage({}, "zk_prod_own"));
  expect(error.why).toContain("the API key this request was made with");
  expect(error.message).not.toContain("ZKSCORE_TOKEN");
  await client.close();
  await server.close();
});

describe("revoke", () => {
  const unknown: Reply = { status: 503, body: "" };
  const gone: Reply = { status: 404, body: apiError("NOT_FOUND", "no such key") };
  it.each<[string, Reply[], "revoked" | "gone"]>([
    ["200", [{ body: revoked }], "revoked"],
    ["204", [{ status: 204 }], "revoked"],
    ["404", [gone], "gone"],
    ["404 without a body", [{ status: 404, body: "" }], "gone"],
    ["410", [{ status: 410, body: "" }], "gone"],
    ["400 already revoked", [{ status: 400, body: apiError("INVALID_PARAMETERS", "Key was already revoked") }], "gone"],
    ["a lost answer, then 200", [unknown, { body: revoked }], "revoked"],
    [
      "429, then 404: the first did nothing",
      [{ status: 429, headers: { "retry-after": "0" }, body: "" }, gone],
      "gone",
    ],
    ["a lost answer, then a 404 that is not the API's", [unknown, { status: 404, body: "<html>" }], "gone"],
  ])("%s is %s", async (_, replies, result) => {
    const server = await httpServer(({ method, url }, n) =>
      method === "GET" ? { body: page([key("key_1")], url) } : (replies[n - 1] ?? {}),
    );
    const client = testClient(server.url, { deadlineMs: 20_000 });
    await client.list("shared");
    expect(await client.revoke("key_1")).toBe(result);
    expect((await client.list("shared")).keys.get("key_1")?.status).toBe(result === "revoked" ? "revoked" : "active");
    expect(server.received).toHaveLength(1 + replies.length);
    await client.close();
    await server.close();
  });

  it("a lost answer, then 404, was our own revocation if this account is known to have the key", async () => {
    const server = await httpServer(({ method, url }, n) =>
      method === "GET" ? { body: page([key("key_1")], url) } : n % 2 === 1 ? unknown : gone,
    );
    const client = testClient(server.url, { deadlineMs: 20_000 });
    await client.list("shared");
    expect(await client.revoke("key_1")).toBe("revoked");
    await client.close();
    await server.close();
  });

  it("a lost answer, then 404, proves nothing in an account never seen to have the key (wrong token)", async () => {
    const server = await httpServer((_, n) => (n === 0 ? unknown : gone));
    const client = testClient(server.url, { deadlineMs: 20_000 });
    expect(await client.revoke("key_1")).toBe("gone");
    await client.close();
    await server.close();
  });

  it.each(["", ".", "..", "\ud800", "x".repeat(600)])("the id %j is refused before any request", async (id) => {
    const server = await httpServer(() => ({ body: revoked }));
    const client = testClient(server.url);
    for (const work of [client.revoke(id), client.update(id, {})])
      expect((await failureOf(work)).code).toBe("ZKS_INPUT");
    expect(server.received).toHaveLength(0);
    await client.close();
    await server.close();
  });

  it.each(["a/b", "../keys", "a?b=c", "a#b", "a b", "%2e%2e", "é"])(
    "the id %j stays one segment of the path",
    async (id) => {
      const server = await httpServer(() => ({ body: revoked }));
      const client = testClient(server.url);
      await client.revoke(id);
      const path = server.received[0]?.url ?? "";
      expect(path.split("/")).toHaveLength(5);
      expect(decodeURIComponent(path.replace("/v1/developer/keys/", ""))).toBe(id);
      await client.close();
      await server.close();
    },
  );
});
