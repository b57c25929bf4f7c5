import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { WireKey } from "../../provider/domain/wire.ts";
import { key, page, TIMESTAMP } from "../support/api/bodies.ts";
import { failureOf, TOKEN, testClient } from "../support/api/client.ts";
import { startCli } from "../support/cli.ts";
import { httpServer, type Reply } from "../support/network/rawServer.ts";
import { share } from "../support/share.ts";

/** Never ends: every page says that there are more. */
const endless =
  (keysOf: (n: number) => WireKey[]) =>
  ({ url }: { url: string }, n: number): Reply => {
    const keys = keysOf(n);
    const offset = Number(new URL(url, "http://x").searchParams.get("offset"));
    const pagination = { total: 1e9, limit: 100, offset, hasMore: true };
    return { body: { success: true, keys, pagination, timestamp: TIMESTAMP } };
  };

/** What takes much memory for its text, 60 KB of it. */
const HEAVY: Readonly<Record<string, (seed: number) => unknown>> = {
  texts: () => "x".repeat(60_000),
  "small objects": () => Array.from({ length: 9_000 }, () => ({ a: 1 })).slice(0, 7_000),
};

describe("a listing without end stops at a budget, before the process swells", () => {
  test.each(share("large pages", Object.entries(HEAVY), ([what]) => what === "texts"))(
    "of large pages: %s",
    { timeout: 120_000 },
    async (_what, heavy) => {
      const body = endless((n) =>
        Array.from({ length: 100 }, (_, i) => key(`key_${n}_${i}`, { metadata: { heavy: heavy(i) } })),
      );
      const server = await httpServer(body);
      const folder = mkdtempSync(join(tmpdir(), "zkscore-budget-"));
      try {
        const env = { ZKSCORE_BASE_URL: server.url, ZKSCORE_TOKEN: TOKEN, NODE_OPTIONS: "--max-old-space-size=800" };
        const { code, stderr } = await startCli(["list"], env, folder).done;
        expect([code, stderr]).toEqual([1, expect.stringContaining("[ZKS_LISTING]")]);
        expect(stderr).toMatch(/no end in sight.*: more than 100,000 keys, 64 MB, or 64 KB a key/);
      } finally {
        await server.close();
        rmSync(folder, { recursive: true });
      }
    },
  );

  test("of a key that is larger than an honest one, and of empty pieces", async () => {
    for (const [metadata, code] of [
      [{ heavy: "x".repeat(9_000_000) }, "ZKS_LISTING"],
      [{ heavy: Array.from({ length: 400_000 }, () => []) }, "ZKS_MALFORMED"],
    ] as const) {
      const server = await httpServer(endless((n) => [key(`key_${n}`, { metadata })]));
      const client = testClient(server.url, { deadlineMs: 60_000, attempts: 1 });
      expect((await failureOf(client.list("fresh"))).code).toBe(code);
      expect(server.received).toHaveLength(1);
      await client.close();
      await server.close();
    }
  });

  test("of many keys", { timeout: 60_000 }, async () => {
    const server = await httpServer(endless((n) => Array.from({ length: 9_000 }, (_, i) => key(`key_${n}_${i}`))));
    const client = testClient(server.url, { deadlineMs: 60_000 });
    const error = await failureOf(client.list("fresh"));
    expect([error.code, server.received.length]).toEqual(["ZKS_LISTING", 12]);
    await client.close();
    await server.close();
  });
});

test("20,000 keys of an honest account are listed (control)", { timeout: 60_000 }, async () => {
  const metadata = { "pulumi:project": "shop", team: "core", note: "n".repeat(2_000) };
  const keys = Array.from({ length: 20_000 }, (_, i) => key(`key_${i}`, { metadata }));
  const server = await httpServer(({ url }) => ({ body: page(keys, url) }));
  const client = testClient(server.url, { deadlineMs: 60_000 });
  const listing = await client.list("fresh");
  expect([listing.keys.size, listing.complete]).toEqual([20_000, true]);
  await client.close();
  await server.close();
});

describe("a listing that is known to be incomplete is said to be", () => {
  test.each([["list"], ["list", "--json"], ["usage"]])("%s %s", async (...args) => {
    let n = 0;
    const server = await httpServer(({ url }) => {
      if (url.includes("/usage")) return { body: { success: true, usage: { totalRequests: 1 }, timestamp: TIMESTAMP } };
      n += 1;
      const pagination = { total: 5 + n, limit: 100, offset: 0, hasMore: false };
      return { body: { success: true, keys: [key("key_1")], pagination, timestamp: TIMESTAMP } };
    });
    const env = { ZKSCORE_BASE_URL: server.url, ZKSCORE_TOKEN: TOKEN };
    const { code, stdout, stderr } = await startCli(args.filter(Boolean), env, tmpdir()).done;
    expect(stderr).toMatch(/^warning: the listing is not complete/);
    expect(stdout).toContain("key_1");
    expect(code).toBe(3);
    await server.close();
  });
});
