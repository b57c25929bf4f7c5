import { expect, it } from "vitest";
import { endingBy } from "../../provider/api/deadline.ts";
import type { WireKey } from "../../provider/domain/wire.ts";
import { apiError, CREATE, created, key, page, revoked, updated } from "../support/api/bodies.ts";
import { failureOf, testClient } from "../support/api/client.ts";
import { httpServer, type Reply } from "../support/network/rawServer.ts";

const lists = (received: readonly { method: string }[]) => received.filter(({ method }) => method === "GET").length;

/** A server whose listings wait until the test lets them go; writes are answered at once. */
async function heldServer(keys: WireKey[]) {
  const waiting: (() => void)[] = [];
  let arrived: (() => void)[] = [];
  const server = await httpServer(async ({ method, url }): Promise<Reply> => {
    if (method === "POST") return { status: 201, body: created("key_new") };
    if (method === "DELETE") return { body: revoked };
    if (method === "PATCH") return { body: updated("key_1") };
    const body = page(keys, url); // what the account held when the request came
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      for (const tell of arrived) tell();
      arrived = [];
    });
    return { body };
  });
  return {
    server,
    release: () => waiting.shift()?.(),
    /** Resolves when a listing has arrived and waits. */
    held: () => (waiting.length > 0 ? Promise.resolve() : new Promise<void>((resolve) => arrived.push(resolve))),
  };
}

it("100 concurrent reads of 100 keys are one request", async () => {
  const keys = Array.from({ length: 100 }, (_, i) => key(`key_${i}`));
  const server = await httpServer(({ url }) => ({ body: page(keys, url) }));
  const client = testClient(server.url, { deadlineMs: 20_000 });
  expect(client.known()).toBeUndefined();
  const listings = await Promise.all(Array.from({ length: 100 }, () => client.list("shared")));
  expect(new Set(listings).size).toBe(1);
  expect(listings[0]?.keys.size).toBe(100);
  await client.list("shared");
  expect(client.known()).toBe(listings[0]);
  expect(server.received).toHaveLength(1);
  await client.close();
  await server.close();
});

it("100 fresh listings asked at once are one request; asked one after the other, one each", async () => {
  const server = await httpServer(({ url }) => ({ body: page([], url) }));
  const client = testClient(server.url, { deadlineMs: 20_000 });
  await Promise.all(Array.from({ length: 100 }, () => client.list("fresh")));
  expect(server.received).toHaveLength(1);
  await client.list("fresh");
  await client.list("fresh");
  expect(server.received).toHaveLength(3);
  await client.close();
  await server.close();
});

it("a fresh listing never joins a fetch that began before it was asked", async () => {
  const keys = [key("key_1")];
  const { server, release, held } = await heldServer(keys);
  const client = testClient(server.url, { deadlineMs: 20_000 });
  const early = client.list("fresh");
  await held();
  keys.push(key("key_2")); // somebody else's, after the first fetch was asked
  const late = Array.from({ length: 100 }, () => client.list("fresh"));
  const shared = client.list("shared");
  release();
  expect((await early).keys.size).toBe(1);
  expect((await shared).keys.size).toBe(1);
  await held();
  release();
  for (const listing of await Promise.all(late)) expect(listing.keys.size).toBe(2);
  expect(lists(server.received)).toBe(2);
  await client.close();
  await server.close();
});

it("a fresh listing becomes the shared one", async () => {
  const keys = [key("a")];
  const server = await httpServer(({ url }) => ({ body: page(keys, url) }));
  const client = testClient(server.url);
  await client.list("shared");
  keys.push(key("b"));
  expect((await client.list("shared")).keys.size).toBe(1);
  await client.list("fresh");
  expect((await client.list("shared")).keys.size).toBe(2);
  expect(server.received).toHaveLength(2);
  await client.close();
  await server.close();
});

it("our own create, update and revoke are in the shared listing without a request", async () => {
  const { server, release, held } = await heldServer([key("key_1", { metadata: { a: 1 } }), key("key_2")]);
  const client = testClient(server.url, { deadlineMs: 20_000 });
  const before = client.list("shared");
  await held();
  release();
  const snapshot = await before;
  await client.create(CREATE);
  await client.revoke("key_2");
  await client.update("key_1", { description: "x" });
  const after = await client.list("shared");
  expect(after.keys.get("key_new")?.metadata).toEqual(CREATE.metadata);
  expect(after.keys.get("key_2")?.status).toBe("revoked");
  expect(after.keys.get("key_1")?.metadata).toEqual({ a: 1 });
  expect(snapshot.keys.has("key_new")).toBe(false); // what was handed out never changes
  expect(snapshot.keys.get("key_2")?.status).toBe("active");
  expect(lists(server.received)).toBe(1);
  await client.close();
  await server.close();
});

it("a write while a listing is under way isn't lost when it lands", async () => {
  const { server, release, held } = await heldServer([key("key_1"), key("key_2")]);
  const client = testClient(server.url, { deadlineMs: 20_000 });
  const reading = client.list("shared");
  await held();
  await client.create(CREATE);
  await client.revoke("key_2");
  release();
  const listing = await reading;
  expect(listing.keys.has("key_new")).toBe(true);
  expect(listing.keys.get("key_2")?.status).toBe("revoked");
  expect((await client.list("shared")).keys.has("key_new")).toBe(true);
  await client.close();
  await server.close();
});

it("a fresh listing says what the server says, also about our own earlier writes", async () => {
  const server = await httpServer(({ method, url }) =>
    method === "POST" ? { status: 201, body: created() } : { body: page([], url) },
  );
  const client = testClient(server.url);
  await client.create(CREATE);
  expect((await client.list("fresh")).keys.has("key_new")).toBe(false);
  await client.close();
  await server.close();
});

it("waiters share a failure; a fresh one asks again at once, and a failure doesn't drop what was known", async () => {
  let down = false;
  const server = await httpServer(({ url }) =>
    down ? { status: 403, body: apiError("FORBIDDEN", "") } : { body: page([key("a")], url) },
  );
  const client = testClient(server.url);
  down = true;
  const failures = await Promise.all(Array.from({ length: 20 }, () => failureOf(client.list("shared"))));
  expect(new Set(failures).size).toBe(1);
  expect(server.received).toHaveLength(1);
  await failureOf(client.list("fresh"));
  down = false;
  expect((await client.list("fresh")).keys.size).toBe(1);
  down = true;
  await failureOf(client.list("fresh"));
  expect((await client.list("shared")).keys.size).toBe(1);
  expect(server.received).toHaveLength(4);
  await client.close();
  await server.close();
});

it("a caller that joins a fetch keeps its own deadline", async () => {
  const { server } = await heldServer([]);
  const client = testClient(server.url, { deadlineMs: 200 });
  const started = performance.now();
  await Promise.all([
    failureOf(client.list("shared")),
    failureOf(client.list("fresh")),
    failureOf(client.list("fresh")),
  ]);
  expect(performance.now() - started).toBeLessThan(1_500);
  await client.close();
  await server.close();
});

it("a call ends by its handler's deadline, also where it waits for a fetch that another handler began", async () => {
  const { server, held, release } = await heldServer([key("key_1")]);
  const client = testClient(server.url, { deadlineMs: 20_000 });
  const other = client.list("fresh");
  await held();
  const began = performance.now();
  const error = await failureOf(endingBy(200, () => client.list("fresh"))); // the virtual clock stands at 0
  expect(performance.now() - began).toBeLessThan(5_000);
  expect(error).toMatchObject({ code: "ZKS_DEADLINE", outcome: "not-executed" });
  release();
  expect((await other).keys.has("key_1")).toBe(true);
  release();
  await client.close();
  await server.close();
});
