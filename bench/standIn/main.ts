import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { KINDS, type Kind } from "../operations.ts";

/*
 * An API in a process of its own, which shares nothing with the emulator or the provider: it knows keys, counts what it
 * is asked, and waits before each answer. Arguments: latency in ms, keys in a page at most. Prints its origin.
 *
 * `POST /_take` answers with the counts since the last time, the live keys and its processor time.
 */
type Fields = Record<string, unknown>;
type Answer = readonly [status: number, body: Fields];

const [latencyMs = 0, pageMax = 1_000] = process.argv.slice(2).map(Number);
const keys = new Map<string, Fields>();
const liveNames = new Set<unknown>();
const counts = new Map<Kind, number>();
let cpu = process.cpuUsage();

const ROUTES: Readonly<Record<string, { kind: Kind; answer: (id: string, url: URL, body: Fields) => Answer }>> = {
  POST: { kind: "create", answer: (_id, _url, body) => create(body) },
  GET: { kind: "list", answer: (_id, url) => list(url.searchParams) },
  PATCH: { kind: "update", answer: (id, _url, body) => update(id, body) },
  DELETE: { kind: "revoke", answer: (id) => revoke(id) },
};

const server = createServer(async (request, response) => {
  const [status, body] = await answer(request);
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ success: status < 400, ...body, timestamp: new Date().toISOString() }));
});
server.keepAliveTimeout = 600_000;
// Whoever started this has ended, however it ended.
process.stdin.on("end", () => process.exit()).resume();
server.listen(0, "127.0.0.1", () => {
  // A server on TCP has an address of this form.
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`http://127.0.0.1:${port}\n`);
});

async function answer(request: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const url = new URL(request.url ?? "", "http://stand-in");
  if (url.pathname === "/_take") return take();
  const [, id] = /^\/v1\/developer\/keys(?:\/([^/]+))?$/.exec(url.pathname) ?? [];
  const route = ROUTES[request.method ?? ""];
  const known = url.pathname.startsWith("/v1/developer/keys") && route !== undefined;
  const kind = known && (id === undefined) === ["create", "list"].includes(route.kind) ? route.kind : "other";
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
  if (latencyMs > 0) await sleep(latencyMs);
  if (route === undefined || kind === "other") return refusal(404, "NOT_FOUND");
  const text = Buffer.concat(chunks).toString();
  return route.answer(id ?? "", url, text === "" ? {} : JSON.parse(text));
}

function create(body: Fields): Answer {
  if (liveNames.has(body["name"])) return refusal(409, "CONFLICT");
  liveNames.add(body["name"]);
  const id = `key_${randomBytes(8).toString("hex")}`;
  const key = {
    id,
    status: "active",
    createdAt: new Date().toISOString(),
    expiry: null,
    lastUsed: null,
    usage: { totalRequests: 0, requestsToday: 0, requestsThisMonth: 0 },
    ...body,
  };
  keys.set(id, key);
  // `id` beside the documented `keyId`: restapi wants the id under one name in all answers.
  return [201, { id, keyId: id, apiKey: `zk_prod_${randomBytes(16).toString("hex")}`, key }];
}

function list(query: URLSearchParams): Answer {
  const limit = Math.min(Number(query.get("limit") ?? 50), pageMax);
  const offset = Number(query.get("offset") ?? 0);
  const page = [...keys.values()].slice(offset, offset + limit);
  const hasMore = offset + page.length < keys.size;
  return [200, { keys: page, pagination: { total: keys.size, limit, offset, hasMore } }];
}

function update(id: string, body: Fields): Answer {
  const key = keys.get(id);
  if (key === undefined) return refusal(404, "NOT_FOUND");
  Object.assign(key, body);
  return [200, { key }];
}

function revoke(id: string): Answer {
  const key = keys.get(id);
  if (key?.["status"] !== "active") return refusal(404, "NOT_FOUND");
  key["status"] = "revoked";
  liveNames.delete(key["name"]);
  return [200, {}];
}

function refusal(status: number, error: string): Answer {
  return [status, { error, message: error }];
}

function take(): Answer {
  const requests = Object.fromEntries(KINDS.map((kind) => [kind, counts.get(kind) ?? 0]));
  const { user, system } = process.cpuUsage(cpu);
  counts.clear();
  cpu = process.cpuUsage();
  return [200, { requests, liveKeys: liveNames.size, cpuMs: (user + system) / 1_000 }];
}
