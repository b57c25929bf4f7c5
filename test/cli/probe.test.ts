import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { withAccount } from "../../cli/account.ts";
import { plainText } from "../../cli/lines.ts";
import { TRIED, UNTRIED } from "../../cli/probe/judge.ts";
import { isProbesOwn, MARK, newProbeKey, requestOf } from "../../cli/probe/key.ts";
import { asLines } from "../../cli/probe/report.ts";
import { probe } from "../../cli/probe/run.ts";
import { type Emulator, type EmulatorOptions, type FaultSpec, startEmulator } from "../../emulator/index.ts";
import { encodeMarker } from "../../provider/domain/marker.ts";
import { packageRoot } from "../../tools/root.ts";
import { ask } from "../support/emulator.ts";
import { type Alterations, alteredApi } from "../support/network/alteredApi.ts";

const TOKEN = "zkm_canary-of-the-token";

let api: Emulator;
let home: string;
const closing: (() => unknown)[] = [];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "zkscore-probe-"));
  vi.stubEnv("XDG_STATE_HOME", home);
  vi.stubEnv("ZKSCORE_TOKEN", TOKEN);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const close of closing.splice(0).reverse()) await close();
  rmSync(home, { recursive: true, force: true });
});

/** An account with one key of somebody else's. */
async function account(options: EmulatorOptions = {}): Promise<string> {
  api = await startEmulator({ ...options, accounts: [{ token: TOKEN }] });
  closing.push(() => api.close());
  vi.stubEnv("ZKSCORE_BASE_URL", api.url);
  return make("bystander");
}

async function make(name: string, metadata: object = {}): Promise<string> {
  const body = { name, permissions: [{ resource: "scores", actions: ["read"] }], metadata };
  const { json } = await ask(`${api.url}/developer/keys`, TOKEN, "POST", body);
  return String(Reflect.get(Object(json), "keyId"));
}

async function altered(alterations: Alterations): Promise<void> {
  const server = await alteredApi(api.url, alterations);
  closing.push(server.close);
  vi.stubEnv("ZKSCORE_BASE_URL", server.url);
}

const notes = () => (existsSync(join(home, "zkscore-keys")) ? readdirSync(join(home, "zkscore-keys", "probes")) : []);
const live = () => api.keys().filter(({ status }) => status === "active");
const status = (id: string) => api.keys().find((key) => key.id === id)?.status;

/** Runs a probe. It leaves no key and no note, and shows no secret. Returns what is broken, and what couldn't be told. */
async function probed() {
  const report = await withAccount(probe);
  const text = plainText(asLines(report));
  expect(`${JSON.stringify(report)}${text}`).not.toMatch(/zk_(prod|test|live)_|zkm_/);
  expect(live().map(({ name }) => name)).toEqual(["bystander"]);
  expect(notes()).toEqual([]);
  const of = (standing: string) => report.assumptions.filter((one) => one.standing === standing).map(({ id }) => id);
  for (const { id, standing, follows, text: words } of report.assumptions) {
    expect([id, follows !== undefined]).toEqual([id, standing === "broken"]);
    expect(text).toContain(words);
  }
  return { report, text, broken: of("broken"), unknown: of("unknown") };
}

type Mode = [what: string, modes: EmulatorOptions, broken: string[]];
const MODES: Mode[] = [
  ["as documented", {}, []],
  ["updates: patch", { updates: "patch" }, []],
  ["updates: 405", { updates: 405 }, []],
  ["updates: 501", { updates: 501 }, []],
  ["errors as the SDK's", { errorShape: "sdk", updates: "patch" }, []],
  ["errors with ZKS codes", { errorShape: "zks", updates: "patch" }, []],
  ["normalised answers", { normalise: true, updates: "patch" }, []],
  ["loose answers", { loose: true, updates: "patch" }, []],
  ["metadata reordered", { metadata: "reorder", updates: "patch" }, []],
  ["metadata dropped", { metadata: "drop", updates: "patch" }, ["metadata"]],
  ["metadata capped", { metadata: { capKeys: 3 }, updates: "patch" }, ["metadata"]],
  ["metadata cut", { metadata: { capLength: 200 }, updates: "patch" }, ["metadata"]],
  ["revoked keys vanish", { deleteForgets: true, updates: "patch" }, ["revoked-stays"]],
  ["small pages", { maxPageSize: 1, updates: "patch" }, []],
  ["issued keys manage", { issuedKeysManage: true, updates: "patch" }, []],
  ["quota before name", { quotaBeforeName: true, updates: "patch" }, []],
  ["webhooks checked", { checkWebhooks: true, updates: "patch" }, []],
  ["proxies trusted", { trustProxy: true, updates: "patch" }, []],
  ...(["all", "grant", "chains", "expiry", "laterExpiry", "none", "noLimits"] as const).flatMap((what): Mode[] =>
    (["echo", "answers", "store", "both"] as const).map((where) => [
      `${what} (${where})`,
      { widen: { what: [what], where }, updates: "patch" },
      ["as-asked"],
    ]),
  ),
  ...(["impliedRead", "identities", "ipWhitelist", "widerBlock", "roundExpiry", "limits"] as const).map(
    (what): Mode => [
      `${what}, which isn't wider for this key`,
      { widen: { what: [what], where: "both" }, updates: "patch" },
      [],
    ],
  ),
];

describe("in each mode of the emulator the broken assumptions are named, and no others", () => {
  test.each(MODES)("%s", async (_what, modes, broken) => {
    await account(modes);
    expect(await probed()).toMatchObject({ broken, unknown: [] });
  });
});

const edit =
  (change: (key: Record<string, unknown>) => object): Alterations["answer"] =>
  (answer) =>
    answer.json?.keys === undefined
      ? undefined
      : { ...answer, json: { ...answer.json, keys: answer.json.keys.map(change) } };
const onKeys = (path: string) => /\/keys\?/.test(path);

const ALTERED: [what: string, alterations: Alterations, broken: string[]][] = [
  ["a name can be taken twice", twice(), ["names-unique"]],
  [
    "a new key isn't listed at once",
    {
      answer: (answer, { nth, path }) =>
        onKeys(path) && nth === 1
          ? {
              ...answer,
              json: {
                ...answer.json,
                keys: answer.json.keys.slice(1),
                pagination: { ...answer.json.pagination, total: 1 },
              },
            }
          : undefined,
    },
    ["listed-at-once"],
  ],
  [
    "a status of its own",
    { answer: edit((key) => ({ ...key, status: key["status"] === "active" ? "enabled" : key["status"] })) },
    ["status"],
  ],
  ["no counts of use", { answer: edit(({ usage: _, ...key }) => key) }, ["never-used"]],
  ["another name", { answer: edit((key) => ({ ...key, name: `${key["name"]}-x` })) }, ["as-asked"]],
  ["a key can't read its usage", usage((own) => (own ? 403 : undefined)), ["own-usage"]],
  ["a key reads another's usage", usage((own) => (own ? undefined : 200)), ["other-usage"]],
  [
    "an update that changes nothing",
    { request: ({ method }) => (method === "PATCH" ? { body: {} } : undefined) },
    ["update"],
  ],
  ["limit isn't heard", { request: ({ path }) => ({ path: path.replace("limit=1&", "limit=50&") }) }, ["paging"]],
  ["offset isn't heard", { request: ({ path }) => ({ path: path.replace("offset=1", "offset=0") }) }, ["paging"]],
  [
    "revoking has another verb",
    {
      answer: (answer, { method, nth }) =>
        method === "DELETE" && nth === 0
          ? { ...answer, status: 405, json: { success: false, error: "X", message: "" } }
          : undefined,
      request: ({ method, nth }) => (method === "DELETE" && nth === 0 ? { path: "/v1/nowhere" } : undefined),
    },
    ["revoke"],
  ],
  [
    "revoking is answered and not done",
    {
      request: ({ method, nth }) => (method === "DELETE" && nth === 0 ? { path: "/v1/nowhere" } : undefined),
      answer: deleted(0),
    },
    ["revoke"],
  ],
  ["revoking again is answered as the first time", { answer: deleted(1) }, ["revoke-again"]],
];

function deleted(nth: number): Alterations["answer"] {
  const json = { success: true, timestamp: new Date().toISOString() };
  return (answer, exchange) =>
    exchange.method === "DELETE" && exchange.nth === nth ? { ...answer, status: 200, json } : undefined;
}

/** The second creation gets another name on its way, and the answers say the first one's. */
function twice(): Alterations {
  return {
    request: ({ method, nth, sent }) =>
      method === "POST" && nth === 1 ? { body: { ...sent, name: `${sent?.["name"]}-2` } } : undefined,
    answer: (answer) => ({
      ...answer,
      json: JSON.parse(JSON.stringify(answer.json).replaceAll(/(zkscore-probe-[0-9a-f]{16})-2/g, "$1")),
    }),
  };
}

/** The first question about usage with an issued key is about itself, the second about another. */
function usage(status: (own: boolean) => number | undefined): Alterations {
  let count = 0;
  return {
    answer: (answer, { path }) => {
      if (!path.includes("/usage")) return undefined;
      const given = status(count++ === 0);
      if (given === undefined) return undefined;
      const json =
        given === 200
          ? { success: true, usage: { totalRequests: 1 }, timestamp: new Date().toISOString() }
          : { success: false, error: "FORBIDDEN", message: "" };
      return { ...answer, status: given, json };
    },
  };
}

describe("an API that does otherwise in one thing: that is named", () => {
  test.each(ALTERED)("%s", async (_what, alterations, broken) => {
    await account({ updates: "patch" });
    await altered(alterations);
    expect((await probed()).broken).toEqual(broken);
  });

  test("every assumption is broken by some mode or some alteration", () => {
    const named = new Set([...MODES, ...ALTERED].flatMap(([, , broken]) => broken));
    expect(Object.keys(TRIED).filter((id) => !named.has(id))).toEqual([]);
    expect(Object.keys(TRIED).length).toBeGreaterThanOrEqual(13);
  });
});

test("an API with two faults has both named; what follows and which settings are said", async () => {
  await account({ metadata: "drop", deleteForgets: true });
  const { text, report } = await probed();
  expect(text).toMatch(/broken +`metadata` comes back as sent: it isn't shown\n +→ whose a key is can't be read/);
  expect(text).toContain("2 do not hold: metadata, revoked-stays. Please report them");
  expect(report.settings).toEqual([expect.objectContaining({ name: "ZKSCORE_UPDATES", value: "replace" })]);
  api.setMode({ metadata: "keep", deleteForgets: false, updates: "patch" });
  const good = await probed();
  expect(good.text).toContain("Every assumption that was tried holds.");
  expect(good.report.settings).toEqual([expect.objectContaining({ name: "ZKSCORE_UPDATES", value: "patch" })]);
});

test("an account without another key: what needs one is unknown", async () => {
  const bystander = await account({ updates: "patch" });
  api.revoke(bystander);
  const { assumptions } = await withAccount(probe);
  expect(assumptions.filter(({ standing }) => standing !== "holds").map(({ id }) => id)).toEqual(["other-usage"]);
  expect(live()).toEqual([]);
});

test("each assumption stands in docs/assumptions.md, in these words", () => {
  const page = readFileSync(join(packageRoot, "docs", "assumptions.md"), "utf8").toLowerCase();
  const texts = [...Object.values(TRIED).map(({ text }) => text), ...UNTRIED];
  expect(texts.filter((text) => !page.includes(text.toLowerCase()))).toEqual([]);
});

const CUTS: [string, FaultSpec][] = [
  ["its creation was refused", { operation: "create", kind: "status", status: 400 }],
  ["its creation was answered by a reset, and done", { operation: "create", kind: "reset", phase: "afterCommit" }],
  ["the listing after it fails", { operation: "list", kind: "status", status: 500, nth: 2, times: 3 }],
  ["its revocation fails once", { operation: "revoke", kind: "status", status: 500, times: 3 }],
  ["the listing is an old one", { operation: "list", kind: "staleList", nth: 4, every: 1, times: 2 }],
];

test.each(CUTS)("no key is left where %s", async (_what, fault) => {
  await account({ updates: "patch" });
  api.faults.add(fault);
  await withAccount(probe).catch(() => undefined);
  expect(live().map(({ name }) => name)).toEqual(["bystander"]);
});

test("a note stands on the disk, for the owner alone, before the key is made; without one none is made", async () => {
  await account();
  api.faults.add({ operation: "create", kind: "pause", phase: "beforeParse" });
  const running = withAccount(probe);
  await api.waitForPause();
  expect(notes()).toHaveLength(1);
  const file = join(home, "zkscore-keys", "probes", notes()[0] ?? "");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, "utf8")).not.toMatch(/zkm_|zk_/);
  api.release();
  await running;
  vi.stubEnv("XDG_STATE_HOME", "/dev/null");
  const made = api.keys().length;
  await expect(withAccount(probe)).rejects.toThrow(/can't note its key/);
  expect(api.keys()).toHaveLength(made);
});

describe("never another's key", () => {
  test("one that an answer claims to be the new one, and that was there before", async () => {
    const bystander = await account({ updates: "patch" });
    await altered({
      answer: (answer, { method }) =>
        method === "POST" && answer.status === 201
          ? { ...answer, json: { ...answer.json, keyId: bystander, key: { ...answer.json.key, id: bystander } } }
          : undefined,
    });
    await withAccount(probe);
    expect(status(bystander)).toBe("active");
    expect(live()).toHaveLength(1);
  });

  test("one that looks like a probe's of another machine: it is named", async () => {
    await account();
    const other = await make("zkscore-probe-0123456789abcdef", { [MARK]: "zkscore-probe-0123456789abcdef" });
    const report = await withAccount(probe);
    expect(status(other)).toBe("active");
    expect(report.strangers).toEqual([{ id: other, name: "zkscore-probe-0123456789abcdef" }]);
  });

  test("its name, time and marks must all fit", () => {
    const at = Date.parse("2027-01-01T00:00:00Z");
    const key = newProbeKey(at);
    const own = {
      ...{ id: "key_1", status: "active", createdAt: "2027-01-01T00:00:01Z", permissions: [] },
      ...{ name: key.name, metadata: requestOf(key).metadata as Record<string, unknown> | null },
    };
    expect(isProbesOwn(key, own)).toBe(true);
    expect(isProbesOwn(key, { ...own, metadata: null }), "a server may drop metadata").toBe(true);
    expect(isProbesOwn(key, { ...own, name: ` ${key.name.toUpperCase()}` }), "or change the case").toBe(true);
    const stack = encodeMarker({
      project: "p",
      stack: "s",
      name: "n",
      identity: "i",
      owner: "o",
      attempt: "0",
      retires: [],
      keep: false,
    });
    for (const change of [
      { name: newProbeKey(at).name },
      { name: `${key.name}x` },
      { createdAt: "2026-12-31T22:00:00Z" },
      { createdAt: "soon" },
      { metadata: { [MARK]: newProbeKey(at).name } },
      { metadata: { ...own.metadata, ...stack } },
    ]) {
      expect([change, isProbesOwn(key, { ...own, ...change })]).toEqual([change, false]);
    }
  });
});
