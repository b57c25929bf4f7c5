import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openFactLog } from "../../provider/host/factLog.ts";
import { createStackView } from "../../provider/stack/view.ts";

const ENGINE = "127.0.0.1:40001";

/** Folders that were listed. */
const listed: string[] = [];
vi.mock("node:fs", async (original) => {
  const actual = await original<typeof import("node:fs")>();
  const readdirSync = (path: string) => {
    listed.push(path);
    return actual.readdirSync(path);
  };
  return { ...actual, readdirSync };
});

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "facts-"));
  vi.stubEnv("XDG_RUNTIME_DIR", base);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(base, { recursive: true, force: true });
});

const folder = () => join(base, readdirSync(base)[0] ?? "");
const engineFolder = () => join(folder(), readdirSync(folder())[0] ?? "");
const ownFile = () => join(engineFolder(), `${process.pid}.jsonl`);

/** What another process of the same run would have written: the same header, and these lines. */
function peer(lines: string[], change: (header: string) => string = (header) => header): string {
  openFactLog(ENGINE).append({ is: "state read" });
  const [header = ""] = readFileSync(ownFile(), "utf8").split("\n");
  const path = join(engineFolder(), "1.jsonl");
  writeFileSync(path, [change(header), ...lines, ""].join("\n"), { mode: 0o600 });
  return path;
}

const MADE = JSON.stringify({ is: "kept", keyId: "key_1" });

test("what one process has told, another of the same engine run takes in, once", () => {
  const path = peer([JSON.stringify({ is: "state read" }), MADE]);
  const view = createStackView(openFactLog(ENGINE));
  expect(view.stateIsRead).toBe(false);
  view.catchUp();
  expect([view.stateIsRead, view.inUse("key_1")]).toEqual([true, true]);
  writeFileSync(path, `${JSON.stringify({ is: "kept", keyId: "key_2" })}\n{"is":"kept","key`, { flag: "a" });
  view.catchUp();
  expect(view.inUse("key_2")).toBe(true);
  writeFileSync(path, `Id":"key_3"}\n`, { flag: "a" });
  view.catchUp();
  expect(view.inUse("key_3")).toBe(true);
});

describe("a file counts as none", () => {
  const nothingRead = () => expect(openFactLog(ENGINE).fresh()).toEqual([]);

  test("of another engine", () => {
    peer([MADE]);
    expect(openFactLog("127.0.0.1:40002").fresh()).toEqual([]);
    expect(openFactLog(ENGINE).fresh()).toHaveLength(1);
  });
  test("of an earlier engine that had the same address", () => {
    peer([MADE], (header) => header.replace(/"ancestors":\[[^\]]*\]/, '"ancestors":["12345@1","12344@1"]'));
    nothingRead();
  });
  test("that others may read", () => {
    chmodSync(peer([MADE]), 0o644);
    nothingRead();
  });
  test("that is a link", () => {
    const path = peer([MADE]);
    const target = join(base, "elsewhere");
    writeFileSync(target, readFileSync(path), { mode: 0o600 });
    rmSync(path);
    symlinkSync(target, path);
    nothingRead();
  });
  test.each(["", "null", "{}", "not json", '{"v":2,"engine":"127.0.0.1:40001","ancestors":[]}'])(
    "that begins with %j",
    (header) => {
      peer([MADE], () => header);
      nothingRead();
    },
  );
  test("in a folder that others may enter", () => {
    peer([MADE]);
    chmodSync(folder(), 0o755);
    nothingRead();
  });
});

test("lines that are no facts are passed over, the others count", () => {
  peer(["{", '{"is":"nonsense"}', '{"is":"kept"}', '{"is":"kept","keyId":7}', MADE]);
  expect(openFactLog(ENGINE).fresh()).toEqual([{ is: "kept", keyId: "key_1" }]);
});

test("what other engines have left isn't listed before each handler, and goes when it is a day old", () => {
  openFactLog("127.0.0.1:40002").append({ is: "state read" });
  const other = engineFolder();
  const log = openFactLog(ENGINE);
  listed.length = 0;
  expect(log.fresh()).toEqual([]);
  const looked = [...listed];
  expect([looked.length, looked[0]?.startsWith(join(folder(), "/"))]).toEqual([1, true]);
  expect(looked).not.toContain(other);
  const before = new Date(Date.now() - 25 * 3_600_000);
  utimesSync(other, before, before);
  openFactLog("127.0.0.1:40003");
  expect([existsSync(other), readdirSync(folder()).length]).toEqual([false, 2]);
});

test("without an engine's address nothing is written", () => {
  openFactLog(undefined).append({ is: "state read" });
  expect(readdirSync(base)).toEqual([]);
});

test("the file is readable by this user only, and holds no secret of the state", () => {
  const view = createStackView(openFactLog(ENGINE));
  const secrets = ["zk_prod_canary_of_a_key", "whsec_canary", "drifted_canary", "trigger_canary"];
  view.showed({
    permissions: [],
    deletionPolicy: "revoke",
    ownership: { identity: "i", owner: "o", project: "p", stack: "s", name: "a" },
    apiKey: secrets[0] ?? "",
    keyId: "key_1",
    fingerprint: "f",
    hint: "h",
    status: "active",
    endpoint: "http://loopback/v1",
    createdAt: "2026-11-20T12:00:00Z",
    name: "a",
    declared: [],
    previous: [],
    attempt: "00000000",
    confirmed: {},
    webhooks: [{ url: "https://example.com", events: [], secret: secrets[1] ?? "" }],
    drift: { description: secrets[2] },
    rotation: { compromised: secrets[3] ?? "" },
  });
  expect(existsSync(ownFile())).toBe(true);
  const text = readFileSync(ownFile(), "utf8");
  expect(text).toContain("key_1");
  for (const secret of secrets) expect(text).not.toContain(secret);
});
