import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ask, type EmulatorProcess, emulatorProcess } from "../support/emulator.ts";

/** The real process, killed with SIGKILL: what it answered is there when it comes back. */
const KEYS = "/developer/keys";
const body = (name: string) => ({ name, permissions: [{ resource: "scores", actions: ["read"] }] });

let dir: string;
let running: EmulatorProcess | undefined;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "zkscore-emulator-test-"));
});
afterEach(async () => {
  await running?.kill();
  running = undefined;
  rmSync(dir, { recursive: true, force: true });
});
const start = async (...args: string[]): Promise<EmulatorProcess> => {
  running = await emulatorProcess(dir, { args });
  return running;
};

test("kill -9 loses nothing that was answered: keys, secrets, revocations, uses", async () => {
  const first = await start();
  const secrets = new Map<string, string>();
  // Creates from four clients at once; the process is killed in the middle of them.
  const client = async (who: number): Promise<void> => {
    for (let n = 0; n < 50; n++) {
      const answer = await ask(first.url + KEYS, first.token, "POST", body(`${who}-${n}`));
      const { keyId, apiKey } = Object(answer.json);
      secrets.set(keyId, apiKey);
      if (n === 5) {
        expect((await ask(`${first.url}/scores/alice.zks`, apiKey)).status).toBe(200);
        expect((await ask(`${first.url}${KEYS}/${keyId}`, first.token, "DELETE")).status).toBe(200);
      }
      if (who === 0 && n === 20) await first.kill();
    }
  };
  await Promise.allSettled([0, 1, 2, 3].map(client));
  expect(secrets.size).toBeGreaterThan(20);

  const second = await start();
  const keys = await second.operator.keys();
  const byId = new Map(keys.map((key) => [key.id, key]));
  let revoked = 0;
  for (const [keyId, secret] of secrets) {
    const key = byId.get(keyId);
    expect(key, keyId).toBeDefined();
    const dead = key?.status === "revoked";
    if (dead) {
      revoked += 1;
      expect(key?.totalRequests).toBe(1);
    }
    expect((await ask(`${second.url}/scores/alice.zks`, secret)).status).toBe(dead ? 401 : 200);
  }
  expect(revoked).toBeGreaterThanOrEqual(1);
  expect(keys.length - secrets.size).toBeLessThanOrEqual(4); // at most one unanswered create a client
  console.log(`durability: ${secrets.size} answered creates survived, ${revoked} revocations`);
});

test("killed after the commit and before the answer, the key is there; before the commit, it is not", async () => {
  for (const [phase, expected] of [
    ["afterValidate", []],
    ["afterCommit", ["a"]],
  ] as const) {
    const process = await start();
    await process.operator.faults.add({ operation: "create", kind: "pause", phase });
    const request = ask(process.url + KEYS, process.token, "POST", body("a")).then(
      () => "answered",
      () => "cut",
    );
    await process.operator.waitForPause({ phase });
    await process.kill();
    expect(await request).toBe("cut");
    const again = await start();
    expect((await again.operator.keys()).map((key) => key.name)).toEqual(expected);
    const entries = await again.operator.journal();
    expect(entries.at(-1)).toMatchObject({ operation: "create", outcome: "open", committed: phase === "afterCommit" });
    await again.kill();
  }
});

test("SIGTERM ends the process with 0, at once, though a request hangs", async () => {
  const process = await start();
  await process.operator.faults.add({ operation: "list", kind: "hang", phase: "beforeParse" });
  const request = ask(process.url + KEYS, process.token).catch(() => "cut");
  await process.operator.waitForPause();
  expect(await process.stop()).toBe(0);
  expect(await request).toBe("cut");
});

test("generated tokens are in a file for the owner alone, kept across restarts, and not in the output", async () => {
  const flags = ["--disable-warning=ExperimentalWarning", "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON"];
  const script = `import("./emulator/main.ts").then(m => { setTimeout(() => process.kill(process.pid, "SIGTERM"), 50); return m.runEmulator(["--data", ${JSON.stringify(dir)}]); }).then(c => process.exit(c))`;
  const { ZKSCORE_EMULATOR_TOKEN: _, ZKSCORE_EMULATOR_OPERATOR_TOKEN: __, ...env } = process.env;
  const run = () => spawnSync(process.execPath, [...flags, "-e", script], { env, encoding: "utf8" });
  const first = run();
  expect(first.status, first.stderr).toBe(0);
  const file = join(dir, "credentials.json");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const text = readFileSync(file, "utf8");
  const { token, operatorToken } = JSON.parse(text);
  expect(token.length + operatorToken.length).toBeGreaterThan(90);
  for (const secret of [token, operatorToken]) expect(first.stdout + first.stderr).not.toContain(secret);
  run();
  expect(readFileSync(file, "utf8")).toBe(text);
  expect(existsSync(join(dir, "emulator.db"))).toBe(true);
});

test("wrong arguments end with 2 and the usage", () => {
  const flags = ["--disable-warning=ExperimentalWarning", "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON"];
  for (const bad of [["--port", "x"], ["--plan", "gold"], ["--updates", "418"], ["--prefix", "v1"], ["--nonsense"]]) {
    const { status, stderr } = spawnSync(process.execPath, [...flags, "emulator/main.ts", ...bad], {
      encoding: "utf8",
    });
    expect(status, bad.join(" ")).toBe(2);
    expect(stderr).toContain("--data DIR");
  }
});
