import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packageRoot } from "../../tools/root.ts";
import { startCommand } from "../support/engine/command.ts";
import { describeWithEngine } from "../support/engine/describe.ts";
import { nodeStartup } from "../support/nodeStartup.ts";
import { inWhole } from "../support/share.ts";

describeWithEngine("quick start", () => {
  let clone: string;
  beforeAll(() => {
    // What the quick start uses of a built clone, so that the one of this clone is left alone.
    clone = mkdtempSync(join(tmpdir(), "zkscore-quickstart-"));
    const parts = [
      "Pulumi.yaml",
      "package.json",
      "dist",
      "examples/quickstart",
      "tools/engine/go.mod",
      "tools/engine/go.sum",
    ];
    for (const part of parts) cpSync(join(packageRoot, part), join(clone, part), { recursive: true });
    symlinkSync(join(packageRoot, "node_modules"), join(clone, "node_modules"));
  });
  afterAll(() => rmSync(clone, { recursive: true, force: true }));

  /** A script of package.json, as npm starts it: from the clone, with the user's environment. */
  const script = (name: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) =>
    startCommand(process.execPath, [join(clone, "dist", "tools", `${name}.js`), ...args], {
      cwd: clone,
      // A real account's token in the shell must not matter to `npm start`.
      env: { ...process.env, ...nodeStartup(), ZKSCORE_TOKEN: undefined, INIT_CWD: clone, ...env },
      timeoutMs: 120_000,
    });

  const program = () => join(clone, "examples", "quickstart", "index.ts");

  test("makes six keys, uses one, shows that nothing changes; a real token in the shell is left alone", async () => {
    const { code, output } = await script("quickstart", [], {
      ZKSCORE_TOKEN: "zkm_of_a_real_account",
      ZKSCORE_BASE_URL: "https://api.example.com/v1",
      PULUMI_BACKEND_URL: "https://state.example.com",
    }).done;
    expect(output).toContain("+ 8 created");
    for (const environment of ["dev", "staging", "prod"]) {
      expect(output).toMatch(
        new RegExp(`${environment}-dashboard-[0-9a-f]{8} +key_\\w+ +achievements:read, scores:read +active`),
      );
      expect(output).toMatch(new RegExp(`${environment}-issuer-[0-9a-f]{8} +key_\\w+ +attestations:read\\+write`));
    }
    expect(output).toMatch(/GET \/\w+\/alice.zks: 200 allowed\n +DELETE \/\w+\/alice.zks: 403 refused/);
    expect(output).toContain("8 unchanged");
    expect(code).toBe(0);
  });

  // In npm test the run after an interrupt goes the same way.
  test.runIf(inWhole("a second run"))("a second run changes nothing", async () => {
    const { code, output } = await script("quickstart").done;
    expect(output.match(/8 unchanged/g)).toHaveLength(2);
    expect(output).not.toMatch(/\d (created|replaced|updated|deleted)/);
    expect(code).toBe(0);
  });

  test("tokens and passphrase are for the owner alone, and no secret stands in clear in the folder", async () => {
    const folder = join(clone, ".zkscore");
    for (const file of ["passphrase", "emulator/credentials.json"]) {
      expect([file, statSync(join(folder, file)).mode & 0o777]).toEqual([file, 0o600]);
    }
    const shown = await script("pulumi", ["stack", "output", "apiKeys", "--json", "--show-secrets"]).done;
    const secrets = Object.values(JSON.parse(shown.stdout) as Record<string, string>); // the program's own output
    expect(secrets).toHaveLength(6);
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
      statSync(join(folder, file)).isFile(),
    );
    expect(files.length).toBeGreaterThan(5);
    const texts = files.map((file) => readFileSync(join(folder, file), "latin1"));
    for (const secret of secrets) expect(texts.filter((text) => text.includes(secret))).toEqual([]);
    const control = texts.filter((text) => text.includes("dev-dashboard"));
    expect(control.length).toBeGreaterThan(0);
  });

  test.runIf(inWhole("npm run pulumi"))(
    "npm run pulumi finds the account: preview, a changed permission, a rotation seen ahead of time",
    async () => {
      expect((await script("pulumi", ["preview", "--expect-no-changes", "--non-interactive"]).done).code).toBe(0);

      const before = readFileSync(program(), "utf8");
      writeFileSync(
        program(),
        before.replace('{ resource: "scores", actions: ["read"] }', '{ resource: "trust", actions: ["read"] }'),
      );
      expect(readFileSync(program(), "utf8")).not.toBe(before);
      const changed = await script("pulumi", ["up", "--yes", "--skip-preview", "--non-interactive"]).done;
      expect(changed.output).toContain("+-3 replaced");
      const keys = await script("keys", ["reconcile", "--json"]).done;
      expect(JSON.parse(keys.stdout)).toMatchObject({ summary: { managed: 6, retired: 3, orphaned: 0, missing: 0 } });
      expect(keys.code).toBe(0);

      const later = new Date(Date.now() + 40 * 86_400_000).toISOString();
      const ahead = await script("pulumi", ["preview", "--non-interactive"], { ZKSCORE_NOW: later }).done;
      expect(ahead.output).toContain("its rotation is due");
    },
  );

  test.runIf(inWhole("an interrupt"))("an interrupt leaves all in order, and the next run goes on", async () => {
    // As Ctrl-C does: to the whole process group, `pulumi` included.
    const child = spawn(process.execPath, [join(clone, "dist", "tools", "quickstart.js")], {
      cwd: clone,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const ended = once(child, "close");
    const collect = (text: Buffer) => {
      if (!output.includes("Updating (quickstart)") && `${output}${text}`.includes("Updating (quickstart)")) {
        process.kill(-(child.pid ?? 0), "SIGINT");
      }
      output += String(text);
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    expect((await ended)[0]).toBe(130);
    expect(output).toContain("Interrupted. What was done is kept");
    const next = await script("quickstart").done;
    expect(next.code, next.output).toBe(0);
  });

  test.runIf(inWhole("the lock of a killed run"))(
    "the lock of a run that was killed is taken away, that of one that lives is not",
    async () => {
      const locks = join(
        clone,
        ".zkscore",
        "state",
        ".pulumi",
        "locks",
        "organization",
        "zkscore-quickstart",
        "quickstart",
      );
      mkdirSync(locks, { recursive: true });
      const lock = (pid: number) => {
        const text = JSON.stringify({ pid, username: "me", hostname: hostname(), timestamp: new Date().toISOString() });
        writeFileSync(join(locks, "0b0f3b1c-0000-4000-8000-000000000000.json"), text);
      };
      const dead = spawn(process.execPath, ["--version"], { stdio: "ignore" });
      await once(dead, "close");
      lock(process.pid);
      const waits = await script("quickstart").done;
      expect(waits.output).toContain("currently locked");
      expect(waits.code).toBe(1);
      lock(dead.pid ?? 0);
      expect((await script("quickstart").done).code).toBe(0);
    },
  );

  test("destroy revokes every key, the retired ones too", async () => {
    expect((await script("pulumi", ["destroy", "--yes", "--skip-preview", "--non-interactive"]).done).code).toBe(0);
    const left = await script("keys", ["list", "--json"]).done;
    expect(JSON.parse(left.stdout)).toEqual([]);
    expect(existsSync(join(clone, ".zkscore", "emulator"))).toBe(true);
  });
});
