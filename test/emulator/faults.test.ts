import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type Emulator,
  type FaultKind,
  type FaultSpec,
  KIND_PHASES,
  type Phase,
  startEmulator,
} from "../../emulator/index.ts";
import { ask, type Raw } from "../support/emulator.ts";

/** Every kind of fault at every phase it has a meaning at: what the client sees, and whether the create was committed. */
const KEYS = "/developer/keys";
const body = { name: "a", permissions: [{ resource: "scores", actions: ["read"] }] };

let emulator: Emulator;
let token: string;
beforeEach(async () => {
  emulator = await startEmulator({ updates: "patch" });
  token = emulator.accounts[0]?.token ?? "";
});
afterEach(() => emulator.close());

const create = (name = "a") => ask(emulator.url + KEYS, token, "POST", { ...body, name });
const list = (query = "") => ask(emulator.url + KEYS + query, token);
/** What a client is left with: an answer, or the way its connection broke. */
const outcome = (request: Promise<Raw>): Promise<Raw | string> => request.catch((error) => String(error.code ?? error));

const COMMITTED: readonly Phase[] = ["afterCommit", "headers", "body", "afterAnswer"];

/** What the client of a create sees. Held requests are released here. */
const SEEN: Record<Exclude<FaultKind, "staleList" | "loopingPages">, (seen: Raw | string, phase: Phase) => void> = {
  status: (seen) => expect(seen).toMatchObject({ status: 418, text: '{"own":1}', headers: { "x-own": ["a", "b"] } }),
  html: (seen) =>
    expect(seen).toMatchObject({ status: 502, json: undefined, headers: { "content-type": ["text/html"] } }),
  empty: (seen, phase) => expect(seen).toMatchObject({ status: phase === "afterCommit" ? 201 : 200, text: "" }),
  reset: (seen, phase) => {
    if (phase === "afterAnswer") expect(seen).toMatchObject({ status: 201 });
    else expect(seen).toBe("ECONNRESET");
  },
  close: (seen, phase) => {
    if (phase === "afterAnswer") expect(seen).toMatchObject({ status: 201 });
    else expect(["ECONNRESET", "HPE_INVALID_EOF_STATE"]).toContain(seen); // how node names an early end, too
  },
  delay: (seen) => expect(seen).toMatchObject({ status: 201, json: { success: true } }),
  hang: (seen) => expect(seen).toMatchObject({ status: 201, json: { success: true } }),
  pause: (seen) => expect(seen).toMatchObject({ status: 201, json: { success: true } }),
  truncated: (seen) => expect(seen).toMatchObject({ status: 201, text: '{"succes', json: undefined }),
  malformed: (seen) =>
    expect(seen).toMatchObject({ status: 201, json: undefined, text: expect.stringMatching(/^\{"success"=true/) }),
  wrongType: (seen) => expect(seen).toMatchObject({ status: 201, json: { success: true, key: { id: { value: 1 } } } }),
  wrongContentType: (seen) => {
    expect(seen).toMatchObject({ json: { success: true }, headers: { "content-type": ["text/html; charset=utf-8"] } });
  },
  duplicateHeaders: (seen) => {
    const id = [expect.stringMatching(/^req_/), "other"];
    expect(seen).toMatchObject({ json: { success: true }, headers: { "x-request-id": id } });
  },
  missingHeaders: (seen) => {
    expect(seen).toMatchObject({ json: { success: true } });
    expect(Object.keys(typeof seen === "string" ? {} : seen.headers).sort()).toEqual(["connection", "content-length"]);
  },
};
const EXTRAS: Partial<Record<FaultKind, Partial<Record<string, unknown>>>> = {
  status: { status: 418, headers: { "X-Own": ["a", "b"] }, body: { own: 1 } },
  delay: { ms: 1 },
  truncated: { bytes: 8 },
  wrongType: { field: "key.id" },
};

let cells = 0;
describe("each kind of fault bites at each of its phases", () => {
  for (const [kind, see] of Object.entries(SEEN)) {
    for (const phase of KIND_PHASES[Object(kind).toString() as FaultKind]) {
      test(`${kind} at ${phase}`, async () => {
        // Table keys are kinds; the emulator parses the whole with its schema.
        emulator.faults.add({ operation: "create", kind, phase, ...EXTRAS[kind as FaultKind] } as FaultSpec);
        const request = outcome(create());
        if (kind === "pause" || kind === "hang") {
          const held = await emulator.waitForPause({ operation: "create", phase });
          expect(held).toMatchObject({ kind, phase });
          expect(emulator.keys()).toHaveLength(COMMITTED.includes(phase) ? 1 : 0);
          expect(emulator.release(held.id)).toBe(1);
        }
        see(await request, phase);
        const goesOn = kind === "pause" || kind === "hang" || kind === "delay";
        expect(emulator.keys()).toHaveLength(goesOn || COMMITTED.includes(phase) ? 1 : 0);
        expect(emulator.faults.list()).toMatchObject([{ calls: 1, hits: 1 }]);
        expect(emulator.journal()[0]).toMatchObject({
          faults: [`${kind}@${phase}`],
          committed: emulator.keys().length === 1,
        });
        expect((await list()).status).toBe(200); // and it is over
        cells += 1;
      });
    }
  }
  test("the table was walked", () => expect(cells).toBeGreaterThanOrEqual(50));
});

test("a fault at a phase it has no meaning at is refused", () => {
  expect(() => emulator.faults.add({ operation: "any", kind: "truncated", phase: "beforeParse" })).toThrow(RangeError);
});

test("a fault addresses the nth call, each nth, or so many", async () => {
  const statuses = async (n: number) => {
    const seen: number[] = [];
    for (let i = 0; i < n; i++) seen.push((await list()).status);
    emulator.faults.clear();
    return seen;
  };
  emulator.faults.add({ operation: "list", kind: "status", status: 503, nth: 2 });
  expect(await statuses(4)).toEqual([200, 503, 200, 200]);
  emulator.faults.add({ operation: "any", kind: "status", status: 503, nth: 2, times: 2 });
  expect(await statuses(4)).toEqual([200, 503, 503, 200]);
  emulator.faults.add({ operation: "list", kind: "status", status: 503, every: 2 });
  expect(await statuses(5)).toEqual([503, 200, 503, 200, 503]);
  emulator.faults.add({ operation: "list", kind: "status", status: 503, every: 1, times: 2 });
  expect(await statuses(3)).toEqual([503, 503, 200]);
  emulator.faults.add({ operation: "create", kind: "status", status: 503, every: 1 });
  expect(await statuses(2)).toEqual([200, 200]);
});

test("a fault can be bound to one key, to one account, or to later pages", async () => {
  const other = await startEmulator({ accounts: [{ token: "first" }, { token: "second" }] });
  try {
    other.faults.add({ operation: "list", kind: "status", status: 500, every: 1, account: 1 });
    expect((await ask(other.url + KEYS, "first")).status).toBe(200);
    expect((await ask(other.url + KEYS, "second")).status).toBe(500);
  } finally {
    await other.close();
  }
  emulator.faults.add({ operation: "list", kind: "status", status: 500, every: 1, minOffset: 1 });
  expect([(await list()).status, (await list("?offset=20")).status]).toEqual([200, 500]);
  await create("a");
  await create("b");
  const [a, b] = emulator.keys();
  emulator.faults.add({ operation: "revoke", kind: "status", status: 500, keyId: a?.id });
  expect((await ask(`${emulator.url}${KEYS}/${b?.id}`, token, "DELETE")).status).toBe(200);
  expect((await ask(`${emulator.url}${KEYS}/${a?.id}`, token, "DELETE")).status).toBe(500);
});

test("a paused create is committed after its client died; a hanging one is not", async () => {
  for (const [kind, expected] of [
    ["pause", 1],
    ["hang", 0],
  ] as const) {
    emulator.faults.add({ operation: "create", kind, phase: "afterValidate" });
    const dying = new AbortController();
    const request = fetch(emulator.url + KEYS, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ ...body, name: kind }),
      signal: dying.signal,
    }).catch(() => "aborted");
    await emulator.waitForPause();
    dying.abort();
    expect(await request).toBe("aborted");
    if (kind === "pause") emulator.release();
    // The next request over a socket comes after the close of the last one was seen.
    await list();
    await expect.poll(() => emulator.journal().filter((entry) => entry.outcome === "open")).toHaveLength(0);
    expect(emulator.keys().filter((key) => key.name === kind)).toHaveLength(expected);
    expect(emulator.held()).toHaveLength(0);
  }
});

test("a cut in the body has sent the head and half of the body", async () => {
  emulator.faults.add({ operation: "list", kind: "close", phase: "body" });
  let received = 0;
  const response = await fetch(emulator.url + KEYS, { headers: { authorization: `Bearer ${token}` } });
  expect(response.status).toBe(200);
  const reader = response.body?.getReader();
  const drained = (async () => {
    for (let part = await reader?.read(); part?.done === false; part = await reader?.read())
      received += part.value.length;
  })();
  await expect(drained).rejects.toThrow();
  expect(received).toBe(Math.floor(Number(response.headers.get("content-length")) / 2));
});

test("a stale list shows the account as it was before its last writes", async () => {
  const names = async () =>
    Object((await list()).json).keys.map((key: { name: string; status: string }) => key.name + key.status);
  emulator.setNow("2025-12-31T00:00:00Z");
  await create("a");
  emulator.setNow("2026-01-01T00:00:00Z");
  await create("b");
  emulator.setNow("2026-01-02T00:00:00Z");
  await ask(`${emulator.url}${KEYS}/${emulator.keys()[0]?.id}`, token, "DELETE");
  expect(await names()).toEqual(["bactive", "arevoked"]);
  emulator.faults.add({ operation: "list", kind: "staleList" });
  expect(await names()).toEqual(["bactive", "aactive"]);
  emulator.faults.add({ operation: "list", kind: "staleList", writes: 2 });
  expect(await names()).toEqual(["aactive"]);
  emulator.faults.add({ operation: "list", kind: "staleList", writes: 99 });
  expect(await names()).toEqual([]);
  emulator.faults.add({ operation: "list", kind: "staleList", at: "2026-01-01T12:00:00Z" });
  expect(await names()).toEqual(["bactive", "aactive"]);
  emulator.faults.add({ operation: "list", kind: "staleList", at: "2025-12-31T12:00:00Z" });
  expect(await names()).toEqual(["aactive"]);
  expect(await names()).toEqual(["bactive", "arevoked"]);
});

test("looping pages always show the first one and promise more", async () => {
  for (const name of ["a", "b", "c"]) await create(name);
  emulator.faults.add({ operation: "list", kind: "loopingPages", every: 1 });
  for (const offset of [0, 2, 4]) {
    const { json } = await list(`?limit=2&offset=${offset}`);
    expect(json).toMatchObject({
      keys: [{ name: "c" }, { name: "b" }],
      pagination: { total: 3, offset, hasMore: true },
    });
  }
});
