import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Emulator, startEmulator } from "../../emulator/index.ts";
import { prepareExample } from "../../tools/example/workspace.ts";
import { packageRoot } from "../../tools/root.ts";
import { type Outcome, startCommand } from "../support/engine/command.ts";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { nodeStartup } from "../support/nodeStartup.ts";
import { share } from "../support/share.ts";
import { liveIds } from "../support/world.ts";

// Several runs of the engine in one script.
vi.setConfig({ testTimeout: 600_000 });

/** A file of the backend. */
interface StateFile {
  path: string;
  text: string;
}

/** What `npm run example -- NAME` has to show, by example: from what the script printed, what the emulator saw, and the states. */
const SHOWN: Readonly<Record<string, (outcome: Outcome, api: Emulator, states: readonly StateFile[]) => void>> = {
  rotation: ({ stdout }, api) => {
    const [, requests, refused] = /^(\d+) requests, (\d+) refused$/m.exec(stdout) ?? [];
    expect(Number(requests)).toBeGreaterThanOrEqual(1_000);
    expect(refused).toBe("0");
    const [old, successor, ...others] = api.keys();
    expect(others).toEqual([]);
    const seen = api.journal().map(({ operation, keyId, status }) => ({ operation, keyId, status }));
    const asked = seen.filter(({ operation }) => operation === "data");
    expect(asked).toHaveLength(Number(requests));
    expect(new Set(asked.map(({ status }) => status))).toEqual(new Set([200]));
    // The old key is revoked while the client runs, and the client goes on with its successor.
    const revoked = seen.findIndex(({ operation, keyId }) => operation === "revoke" && keyId === old?.id);
    const before = seen.slice(0, revoked).filter(({ operation }) => operation === "data");
    const after = seen.slice(revoked).filter(({ operation }) => operation === "data");
    expect(new Set(before.map(({ keyId }) => keyId))).toEqual(new Set([old?.id, successor?.id]));
    expect(new Set(after.map(({ keyId }) => keyId))).toEqual(new Set([successor?.id]));
  },
  "use-the-secret": ({ stdout }, api, states) => {
    const told = stdout.split("\n").filter((line) => /: \d{3}$/.test(line));
    const asked = api.journal().filter(({ operation }) => operation === "data");
    const keys = api.keys().map(({ id }) => id);
    expect(keys).toHaveLength(3);
    expect(told.map((line, index) => [line, keys.indexOf(asked[index]?.keyId ?? "")])).toEqual([
      ["the first key: 200", 0],
      ["rotated, and the dashboard doesn't know: the first key, in its overlap: 200", 0],
      ["the dashboard's own up: the second key: 200", 1],
      ["after the overlap: the second key: 200", 1],
      ["too late: the second key: 401", -1], // the journal names no key that it refused
      ["the third key: 200", 2],
    ]);
    const withSecrets = states.filter(({ text }) => text.includes('"ciphertext"')).map(({ path }) => path);
    for (const project of ["use-the-secret", "dashboard"]) {
      expect(withSecrets.filter((path) => path.includes(join("history", project))).length).toBeGreaterThan(1);
    }
  },
  "webhook-key": ({ stdout }, api) => {
    const told = stdout.split("\n").filter((line) => /^(the|with|refused|accepted)\b/.test(line));
    expect(told).toEqual([
      ...["the delivery: 204", "the same again: 409", "with another score: 401"],
      ...["the delivery: 409", "the same again: 409", "with another score: 401"],
      ...["accepted: score.updated", "refused: a replay", "refused: bad signature"],
      ...["refused: too old", "refused: too old", "refused: bad signature"],
    ]);
    expect(api.keys()).toHaveLength(1);
  },
  monitoring: ({ stdout }) => {
    const told = stdout.split("\n").filter((line) => /^(\{|exit code)/.test(line));
    const texts = told.map((line) => (line.startsWith("{") ? Object(JSON.parse(line)).text : line));
    expect(texts).toEqual([
      expect.stringMatching(
        /^ZKScore: live keys: 1, requests in a day: 0; attention:\n• `partner-[0-9a-f]{8}` ends on .*, days left: 9$/,
      ),
      "exit code 3",
      "ZKScore: live keys: 1, requests in a day: 0; nothing needs attention",
      "exit code 0",
      "ZKScore: the keys could not be looked at (ZKS_UNAUTHORIZED)",
      "exit code 1",
    ]);
  },
  component: ({ stdout }, api) => {
    expect(
      api
        .keys()
        .map(({ name }) => name.slice(0, -9))
        .sort(),
    ).toEqual(["dev-dashboard", "dev-issuer"]);
    const [dev, inside, beside] = runs(stdout).map(findings);
    expect(dev).toEqual([]);
    expect(inside).toEqual(["advisory no-write-in-production prod-issuer"]);
    expect(beside).toContain("mandatory no-write-in-production prod-issuer");
  },
  "self-service": ({ output }, api) => {
    const told = output.split("\n").filter((line) => !/^(Outputs|Resources|Duration)|^ |^@/.test(line));
    const asked = told.slice(
      0,
      told.findIndex((line) => line.startsWith("Destroying")),
    );
    const [, refusal, writes] = asked.splice(asked.indexOf("web-dashboard-prod: refused"), 3);
    expect(refusal).toMatch(
      /^- Refused by the policy no-write-in-production: permissions\[0\]\.actions\[1\]: grants scores:write/,
    );
    expect(writes).toMatch(/^- Refused by the policy restricted-writes: permissions\[0\]\.restrictions: .* To fix: /);
    expect(asked).toEqual([
      "team: needs 2 to 20 small letters and digits, a letter first",
      'permissions[0].actions[1]: Invalid option: expected one of "read"|"write"|"delete"',
      "expires: is no field of a request",
      "exit code 2",
      "requests/web-dashboard-prod.json is the request. Nothing is made before it is merged.",
      "exit code 1",
      "requests/web-dashboard-dev.json is the request. Nothing is made before it is merged.",
      ...["web-dashboard-dev: what would come of it", "- a new key", "exit code 0"],
      "web-dashboard-dev: refused",
      expect.stringMatching(/^- Not made today: .* The next `up` after 20\S+Z makes it\.$/),
      "exit code 1",
      ...["web-dashboard-dev: what came of it", "- a new key", "exit code 0"],
      ...["web-dashboard-dev: what came of it", "- nothing, the key is there", "exit code 0"],
      "requests/web-dashboard-dev.json is the request. Nothing is made before it is merged.",
      "web-dashboard-dev: what would come of it",
      "- another key in place of the one there is, which works for a day more",
      expect.stringMatching(/^- web-dashboard-dev: key \S+ will be replaced: permissions widen: \+ achievements:read /),
      "exit code 0",
      ...["requests/web-shop-dev.json: there is no such request", "exit code 2"],
    ]);
    expect(api.keys()).toHaveLength(1);
  },
  "own-policies": ({ stdout }, api) => {
    expect(api.keys()).toHaveLength(2);
    const [lastDay, dayAfter, noTeam] = runs(stdout);
    expect(findings(lastDay)).toEqual(["advisory rate-limit history-import"]);
    expect(findings(dayAfter)).toEqual(["mandatory rate-limit history-import"]);
    expect(dayAfter).toMatch(/\[mandatory\].* exemption-hygiene /);
    expect(dayAfter).toContain("expired on 2027-03-31: it no longer exempts anything");
    expect(findings(noTeam)).toEqual(["mandatory known-team badges", "advisory rate-limit history-import"]);
  },
};

/** The backend of a script's stacks: their states, and each that they had. */
function filesBelow(folder: string): StateFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .map((path) => ({ path, text: readFileSync(path, "utf8") }));
}

/** What each `up` and each `preview` of a script printed. */
function runs(stdout: string): string[] {
  return stdout.split(/^(?=Updating|Previewing)/m).filter((part) => /^(Updating|Previewing)/.test(part));
}

/** What the policies found in a run: level, policy and key. */
function findings(output = ""): string[] {
  return [...output.matchAll(/\[(mandatory|advisory)\](?: \[severity: \w+\])? +(\S+) +\(.*ApiKey: ([\w-]+)\)/g)].map(
    ([, ...found]) => found.join(" "),
  );
}

describeWithEngine("examples, as their READMEs say", (engine) => {
  let api: Emulator;
  let folder: string;
  beforeEach(async () => {
    api = await startEmulator();
    folder = join(packageRoot, ".zkscore", "test", randomBytes(8).toString("hex"));
    mkdirSync(folder, { recursive: true });
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    await api.close();
  });

  for (const [name, shows] of share("examples' scripts", Object.entries(SHOWN), ([name]) => name === "webhook-key")) {
    test(`npm run example -- ${name}`, async () => {
      const env = { ...prepareExample(name, folder, engine, api), ...nodeStartup() };
      const outcome = await succeed(startCommand("sh", ["try.sh"], { cwd: folder, env, timeoutMs: 500_000 }).done);
      // Each state that a stack ever had: with the secret, and nowhere in clear.
      const states = filesBelow(join(folder, "state"));
      shows(outcome, api, states);
      expect(outcome.output).not.toMatch(/zk_(prod|test)_\w+/);
      expect(states.filter(({ text }) => text.includes('"ciphertext"')).length).toBeGreaterThan(0);
      expect(states.filter(({ text }) => /zk_(prod|test)_\w+/.test(text)).map(({ path }) => path)).toEqual([]);
      expect(liveIds(api)).toEqual([]);
    });
  }
});
