import { inspect } from "node:util";
import { afterAll, expect, it } from "vitest";
import { ZkscoreError } from "../../provider/domain/errors.ts";
import { CREATE, created, key } from "../support/api/bodies.ts";
import { EVERY_OPERATION, failureOf, TOKEN, testClient } from "../support/api/client.ts";
import { FAULTS } from "../support/api/faults.ts";
import { httpServer, type Reply, rawServer } from "../support/network/rawServer.ts";

const SECRETS: Record<string, string> = {
  "management token": TOKEN,
  "issued key": created().apiKey,
  "webhook secret": CREATE.webhooks?.[0]?.secret ?? "",
  "key used to authenticate": "zk_prod_OWN-canary-31415926",
};

/** Every spelling a log could hold a secret in. */
function spellings(secret: string): Record<string, string> {
  const half = Math.ceil(secret.length / 2);
  return {
    raw: secret,
    base64: Buffer.from(secret).toString("base64").replace(/=+$/, ""),
    base64url: Buffer.from(secret).toString("base64url"),
    hex: Buffer.from(secret).toString("hex"),
    url: encodeURIComponent(secret),
    json: JSON.stringify(secret).slice(1, -1),
    "first half": secret.slice(0, half),
    "second half": secret.slice(half),
  };
}

/** Everything a logger could print of an error. */
function sinks(error: unknown): Record<string, string> {
  const of = error instanceof Error ? error : new Error("not an error");
  return {
    message: of.message,
    stack: of.stack ?? "",
    cause: inspect(of.cause),
    inspect: inspect(of, { depth: 20, showHidden: true, getters: true }),
    json: JSON.stringify(of),
    properties: JSON.stringify(
      Object.fromEntries(Reflect.ownKeys(of).map((name) => [String(name), String(Reflect.get(of, name))])),
    ),
    string: String(of),
  };
}

function leaks(error: unknown): string[] {
  const found: string[] = [];
  for (const [sink, text] of Object.entries(sinks(error))) {
    for (const [name, secret] of Object.entries(SECRETS)) {
      for (const [spelling, value] of Object.entries(spellings(secret))) {
        if (text.toLowerCase().includes(value.toLowerCase())) found.push(`${name} (${spelling}) in ${sink}`);
        scanned += 1;
      }
    }
  }
  return found;
}
let scanned = 0;

/**
 * What a server can echo: what the request carried. (A key that this request doesn't carry, put into `x-request-id` by
 * a server that knows it, looks like any other id: not guaranteed.)
 */
function carries(operation: string, whose: string): boolean {
  if (whose === "management token") return true;
  if (whose === "webhook secret") return operation === "create";
  return whose === "key used to authenticate" && operation === "usage with a key";
}

/** Servers that give back what they got, wherever an error could pick it up. */
const EVERYTHING = Object.values(SECRETS).join(" ");
const ECHOES: [string, (secret: string) => Reply][] = [400, 401, 403, 409, 429, 500].flatMap(
  (status): [string, (s: string) => Reply][] => [
    [
      `${status}, in the text`,
      (s) => ({ status, body: { success: false, error: "X", message: `no ${s} ${EVERYTHING}`, timestamp: s } }),
    ],
    [`${status}, as the code`, (s) => ({ status, body: { success: false, error: s, message: s } })],
    [
      `${status}, as the code, in capitals`,
      (s) => ({ status, body: { code: s.toUpperCase(), message: s, details: { [s]: s, field: s } } }),
    ],
    [
      `${status}, letters only`,
      (s) => ({ status, body: { code: s.toUpperCase().replace(/[^A-Z]/g, "_"), message: s } }),
    ],
    [
      `${status}, in headers`,
      (s) => ({
        status,
        headers: {
          "x-request-id": s,
          "retry-after": s,
          date: s,
          "content-type": s,
          location: s,
          "x-ratelimit-reset": s,
        },
        body: s,
      }),
    ],
  ],
);
const MALFORMED: [string, (secret: string) => Reply][] = [
  ["a success that is cut", (s) => ({ body: `{"success":true,"apiKey":"${s} ${EVERYTHING}"` })],
  ["a field name", (s) => ({ body: { success: true, [s]: s, timestamp: s, keys: [{ [s]: s }] } })],
  ["metadata", (s) => ({ body: { ...created(), key: key("k", { metadata: { [s]: s } }), timestamp: s } })],
  ["a wrong id", (s) => ({ status: 201, body: { ...created(), keyId: s } })],
  [
    "a key of its own",
    () => ({ status: 201, headers: { "x-request-id": created().apiKey }, body: { ...created(), timestamp: "x" } }),
  ],
  [
    "a key, hidden in the request id",
    () => ({
      status: 201,
      headers: { "x-request-id": `req-${created().apiKey.slice(8)}` },
      body: { ...created(), timestamp: "x" },
    }),
  ],
  ["a redirect", (s) => ({ status: 302, headers: { location: `https://x/?${encodeURIComponent(s)}` }, body: s })],
];

const cells = [...ECHOES, ...MALFORMED].flatMap(([how, reply]) =>
  Object.entries(SECRETS).flatMap(([whose, secret]) =>
    Object.entries(spellings(secret)).map(([spelling, text]) => [how, whose, spelling, reply(text)] as const),
  ),
);

it.each([...ECHOES, ...MALFORMED].map(([how]) => how))("a server that echoes a secret: %s", async (how) => {
  for (const [, whose, spelling, reply] of cells.filter(([name]) => name === how)) {
    const server = await httpServer(() => reply);
    const client = testClient(server.url, { attempts: 1 });
    for (const [name, operate] of Object.entries(EVERY_OPERATION)) {
      if (how.endsWith("in headers") && !carries(name, whose)) continue;
      const error = await operate(client).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      // Some of these are good answers for an operation or two.
      if (error === undefined) continue;
      expect(ZkscoreError.is(error)).toBe(true);
      expect(leaks(error), `${whose}, ${spelling}, ${name}`).toEqual([]);
    }
    await client.close();
    await server.close();
  }
});

it.each(Object.entries(FAULTS))("no secret in any error of: %s", async (_, fault) => {
  const server = await rawServer(fault);
  const url = {
    refused: "http://127.0.0.1:1",
    "unknown-host": "https://zkscore.invalid",
    here: `${fault.scheme ?? "http"}://127.0.0.1:${server.port}`,
  };
  const client = testClient(url[fault.elsewhere ?? "here"], { deadlineMs: 80, attempts: 1 });
  for (const operate of Object.values(EVERY_OPERATION)) expect(leaks(await failureOf(operate(client)))).toEqual([]);
  await client.close();
  await server.close();
});

it("finds a planted secret in every sink and spelling (control)", () => {
  for (const secret of Object.values(SECRETS)) {
    for (const value of Object.values(spellings(secret))) {
      const facts = { code: "ZKS_SERVER", what: value, why: value, remedy: value } as const;
      const planted = Object.assign(new ZkscoreError(facts), { cause: value });
      const where = leaks(planted).map((leak) => leak.replace(/^.* in /, ""));
      expect(new Set(where)).toEqual(new Set(Object.keys(sinks(planted))));
    }
  }
});

afterAll(() => {
  console.log(`no secret leaks: ${cells.length} echoes, ${Object.keys(FAULTS).length} faults, ${scanned} comparisons`);
  expect(scanned).toBeGreaterThan(100_000);
});
