import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { apiError, CREATE, created, usage } from "../support/api/bodies.ts";
import { failureOf, testClient } from "../support/api/client.ts";

const ENCODINGS: Record<string, { header: string; encode: (text: Buffer) => Buffer }> = {
  gzip: { header: "gzip", encode: gzipSync },
  "x-gzip, upper case": { header: "X-GZIP", encode: gzipSync },
  deflate: { header: "deflate", encode: deflateSync },
  "deflate without its frame": { header: "deflate", encode: deflateRawSync },
  br: { header: "br", encode: brotliCompressSync },
  zstd: { header: "zstd", encode: zstdCompressSync },
  "two layers": { header: "gzip, br", encode: (text) => brotliCompressSync(gzipSync(text)) },
  identity: { header: "identity", encode: (text) => text },
};

describe("a body that is compressed though nobody asked is read all the same", () => {
  it.each(Object.entries(ENCODINGS))("%s", async (_name, { header, encode }) => {
    const api = await server((url) => {
      if (url.includes("usage")) return { header, bytes: encode(Buffer.from(JSON.stringify(usage))) };
      return { header, bytes: encode(Buffer.from(JSON.stringify(created()))) };
    });
    const client = testClient(api.url, { deadlineMs: 5_000 });
    expect((await client.create(CREATE)).key.id).toBe("key_new");
    expect((await client.usage({})).success).toBe(true);
    expect(api.seen.every((headers) => headers["accept-encoding"] === "identity")).toBe(true);
    await client.close();
    api.close();
  });

  it("an error, too: its code decides", async () => {
    const text = JSON.stringify(apiError("ZKS-003-002", "daily quota exceeded"));
    const api = await server(() => ({ header: "gzip", bytes: gzipSync(text), status: 429 }));
    const client = testClient(api.url, { deadlineMs: 5_000 });
    expect((await failureOf(client.create(CREATE))).code).toBe("ZKS_QUOTA");
    await client.close();
    api.close();
  });
});

describe("one that can't be read is reported as such", () => {
  it.each<[string, { header: string; bytes: Buffer }, RegExp]>([
    ["11 MB in 11 KB", { header: "gzip", bytes: gzipSync(Buffer.alloc(11 * 1024 * 1024, 0x20)) }, /larger than 10 MB/],
    [
      "11 MB in br",
      { header: "br", bytes: brotliCompressSync(Buffer.alloc(11 * 1024 * 1024, 0x20)) },
      /larger than 10 MB/,
    ],
    [
      "cut",
      { header: "gzip", bytes: gzipSync(JSON.stringify(usage)).subarray(0, 40) },
      /isn't the gzip that its header says, or is cut/,
    ],
    ["not gzip at all", { header: "gzip", bytes: Buffer.from(JSON.stringify(usage)) }, /isn't the gzip/],
    ["an unknown encoding", { header: "hunter2-canary", bytes: Buffer.from("x") }, /an encoding that nobody asked for/],
    ["a name of Object's", { header: "constructor", bytes: Buffer.from("x") }, /an encoding that nobody asked for/],
    ["many layers", { header: "gzip,gzip,gzip,gzip", bytes: Buffer.from("x") }, /encoded too many times/],
    ["not UTF-8 inside", { header: "gzip", bytes: gzipSync(Buffer.from([0x22, 0xff, 0x22])) }, /not UTF-8/],
    ["empty", { header: "gzip", bytes: Buffer.alloc(0) }, /the body is empty/],
  ])("%s", async (_name, reply, says) => {
    const api = await server(() => reply);
    const client = testClient(api.url, { deadlineMs: 5_000 });
    const error = await failureOf(client.usage({}));
    expect(error.code).toBe("ZKS_MALFORMED");
    expect(error.message).toMatch(says);
    expect(error.message).not.toContain("hunter2");
    await client.close();
    api.close();
  });
});

interface Reply {
  header: string;
  bytes: Buffer;
  status?: number;
}

async function server(answer: (url: string) => Reply) {
  const seen: IncomingHttpHeaders[] = [];
  const http = createServer((request, response) => {
    seen.push(request.headers);
    const { header, bytes, status = 200 } = answer(request.url ?? "");
    request.resume().on("end", () => {
      response.writeHead(status, { "content-type": "application/json", "content-encoding": header });
      response.end(bytes);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  // A border: it listens on TCP.
  const { port } = http.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/v1`, seen, close: () => http.close().closeAllConnections() };
}
