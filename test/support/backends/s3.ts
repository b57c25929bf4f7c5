import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensurePythonTool } from "../../../tools/pythonTool.ts";
import type { Opened } from "./backend.ts";
import { gateTo } from "./gate.ts";
import { freePort, startServer } from "./server.ts";

/** An S3 API with one bucket: moto's server, which keeps everything in memory and asks for no real credentials. */
export async function s3Backend(): Promise<Opened> {
  const moto = await ensurePythonTool({ name: "moto", version: "5.2.5", extra: "server", command: "moto_server" });
  if ("missing" in moto) return moto;
  const folder = mkdtempSync(join(tmpdir(), "zkscore-s3-"));
  const port = await freePort();
  const server = await startServer([moto.command, "-H", "127.0.0.1", "-p", String(port)], {
    cwd: folder,
    env: { PATH: process.env["PATH"], HOME: folder, PYTHONUNBUFFERED: "1" },
    ready: "Running on",
  });
  const bucket = `http://127.0.0.1:${port}/states`;
  await get(bucket, "PUT");
  const gate = await gateTo(port);
  const query = new URLSearchParams({
    endpoint: `http://127.0.0.1:${gate.port}`,
    s3ForcePathStyle: "true",
    region: "us-east-1",
  });
  return {
    env: {
      PULUMI_BACKEND_URL: `s3://states?${query}`,
      AWS_ACCESS_KEY_ID: "not-asked-for",
      AWS_SECRET_ACCESS_KEY: "not-asked-for",
      // Nothing of the user's own account.
      AWS_CONFIG_FILE: join(folder, "none"),
      AWS_SHARED_CREDENTIALS_FILE: join(folder, "none"),
      AWS_EC2_METADATA_DISABLED: "true",
    },
    gate,
    stored: async () => {
      const names = await objects(bucket);
      const texts = names.map(async (name) => `${name}\n${await get(`${bucket}/${encodeURI(name)}`)}`);
      return new Map((await Promise.all(texts)).map((text, n) => [names[n] ?? "", text]));
    },
    close: async () => {
      await gate.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function objects(bucket: string): Promise<string[]> {
  const names: string[] = [];
  for (let token: string | undefined = ""; token !== undefined; ) {
    const xml = await get(`${bucket}?list-type=2${token && `&continuation-token=${encodeURIComponent(token)}`}`);
    names.push(...[...xml.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, name = ""]) => name));
    token = /<NextContinuationToken>([^<]+)</.exec(xml)?.[1];
  }
  return names;
}

/** moto wants to see that a request is signed, and doesn't look at the signature. */
const SIGNED = {
  Authorization:
    "AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=none",
};

async function get(url: string, method = "GET"): Promise<string> {
  const response = await fetch(url, { method, headers: SIGNED });
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status}`);
  return response.text();
}
