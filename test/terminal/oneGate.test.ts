import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../emulator/index.ts";
import { ZkscoreError } from "../../provider/domain/errors.ts";
import { encodeMarker } from "../../provider/domain/marker.ts";
import { jsonText, oneLine, ownLines, shown } from "../../provider/domain/shown.ts";
import { packageRoot } from "../../tools/root.ts";
import { type CliWorld, cliWorld } from "../support/cli.ts";
import { ask } from "../support/emulator.ts";
import { failure, keys, SCORES, simStack } from "../support/host/world.ts";
import { HOSTILE, hostileAccount, hostileIn } from "../support/network/hostileAccount.ts";
import { drawn } from "../support/seed.ts";

const ANY = fc.oneof(
  fc.string({ unit: "binary" }),
  fc
    .array(fc.constantFrom(...HOSTILE, HOSTILE, "::x", "##vso[", "<{%fg 9%}>", "#", "<", "[", "ok "), { maxLength: 6 })
    .map((parts) => parts.join("")),
);

describe("whatever a text holds", () => {
  test("one line of it only shows, and twice is the same", () => {
    fc.assert(
      fc.property(ANY, (text) => {
        const line = oneLine(text);
        expect([hostileIn(line), line.includes("\n"), oneLine(line)]).toEqual([[], false, line]);
        expect(shown(text, 10).length).toBeLessThanOrEqual(10);
        expect(hostileIn(shown(text, 10))).toEqual([]);
      }),
      drawn("hostile texts", 5_000),
    );
  });

  test("its JSON has the true value, and only shows", () => {
    fc.assert(
      fc.property(ANY, (text) => {
        const json = jsonText({ [text]: [text] });
        expect(hostileIn(json)).toEqual([]);
        expect(JSON.parse(json)).toEqual({ [text]: [text] });
      }),
      drawn("hostile texts", 5_000),
    );
  });

  test("an error of ours has its own lines and no other", () => {
    fc.assert(
      fc.property(ANY, (text) => {
        const error = new ZkscoreError({ code: "ZKS_INPUT", what: text, why: text, remedy: text, safe: text });
        expect([hostileIn(error.message), error.message.split("\n").length]).toEqual([[], 4]);
        expect(ownLines(error.message)).toBe(error.message);
      }),
      drawn("errors of hostile texts", 100),
    );
  });

  test("honest texts stay as they are (control)", () => {
    for (const text of ["backend-1a2b3c4d", "Zürich 東京 🔑", "a: b :: c", "C# [x] <b> {%}", 'key "a"', ""]) {
      expect(oneLine(text)).toBe(text);
    }
    expect(hostileIn(HOSTILE), "the scan finds one of each kind").toHaveLength(9);
  });
});

describe("no line of output goes round the gate", () => {
  const WRITES = /std(?:out|err)\s*\.\s*write|console\.\w+\(|process\.emitWarning|\blog\.(?:warn|error|info)\(/g;
  const GATED = /ownLines\(|oneLine\(|jsonText\(|\(USAGE\)/;
  /** What prints words of its own only, or is handed on to a gate. */
  const OURS: Readonly<Record<string, RegExp>> = {
    "provider/host/log.ts": /`\$\{line\}\\n`/, // oneLine's, two lines above
    "provider/host/silence.ts": /console\.error/, // hands on what others print
    "provider/resources/providerText.ts": /console\.error/, // likewise, in the text of the program's provider
    "provider/functions.ts": /log\.warn\(\s*"/,
    "tools/example.ts": /"npm run example/,
    "tools/quickstart.ts": /Interrupted|another run holds|\$\{count\}\. \$\{title\}/,
  };
  /** The handlers' log is `provider/host/log.ts`; the tools left out show only what a clone's own checks ran. */
  const NOT_OURS =
    /^tools\/(check|policyDocs|typesCheck|openapiCheck|engine|pythonTool|site)|^provider\/(handlers|stack|keys)\//;

  const sources = ["provider", "policy", "emulator", "cli", "tools"].flatMap((folder) =>
    readdirSync(join(packageRoot, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => ({
        file: `${folder}/${file}`.replaceAll("\\", "/"),
        text: readFileSync(join(packageRoot, folder, file), "utf8"),
      })),
  );
  const writesIn = (all: typeof sources) =>
    all.flatMap(({ file, text }) =>
      [...text.matchAll(WRITES)].map(({ index }) => ({
        file,
        statement: text.slice(index, text.indexOf(";\n", index)),
      })),
    );
  const roundTheGate = (all: typeof sources) =>
    writesIn(all).filter(
      ({ file, statement }) => !NOT_OURS.test(file) && !GATED.test(statement) && OURS[file]?.test(statement) !== true,
    );

  test("in the sources", () => {
    expect(sources.length).toBeGreaterThan(200);
    expect(writesIn(sources).length, "it finds what writes").toBeGreaterThan(40);
    expect(roundTheGate(sources)).toEqual([]);
    const planted = { file: "cli/list.ts", text: "  process.stdout.write(\n    key.name,\n  );\n" };
    expect(roundTheGate([planted]), "control: one that does is found").toHaveLength(1);
    // The handlers have no other way out than the log.
    const around = writesIn(sources).filter(({ file }) => /^provider\/(handlers|stack|keys)\//.test(file));
    expect(around.filter(({ statement }) => !statement.startsWith("log."))).toEqual([]);
  });
});

describe("a hostile account", () => {
  let api: Emulator;
  let account: Awaited<ReturnType<typeof hostileAccount>>;
  let world: CliWorld;
  const token = () => api.accounts[0]?.token;
  const env = () => ({ ZKSCORE_BASE_URL: account.url, ZKSCORE_TOKEN: token() });

  /** A key made by somebody else, with texts and a mark that attack. */
  async function foreign(n: number, mark: Partial<Parameters<typeof encodeMarker>[0]>): Promise<void> {
    const marker = {
      project: "shop",
      stack: "prod",
      name: HOSTILE,
      identity: "i",
      owner: "o",
      attempt: "0",
      retires: [],
      keep: false,
    };
    const body = { name: `foreign-${n}`, ...SCORES, metadata: encodeMarker({ ...marker, ...mark }) };
    const { json } = await ask(`${api.url}/developer/keys`, token(), "POST", body);
    api.edit(String(Reflect.get(Object(json), "keyId")), { name: `foreign-${n}${HOSTILE}`, description: HOSTILE });
  }

  beforeAll(async () => {
    api = await startEmulator({ updates: "patch" });
    account = await hostileAccount(api.url);
    world = await cliWorld();
    await foreign(1, {});
    await foreign(2, { identity: "identity-of-shop-prod" });
    await foreign(3, { project: HOSTILE, stack: HOSTILE, keep: true });
  });
  afterAll(async () => {
    await world.dispose();
    await account.close();
    await api.close();
  });

  test.each([
    [["list"]],
    [["list", "--all", "--json"]],
    [["usage"]],
    [["usage", "--json"]],
    [["reconcile", "state.json"]],
    [["reconcile", "state.json", "--json"]],
    [["reconcile", "hostile.json"]],
    [["reconcile", `${HOSTILE.replaceAll("\ud800", "")}.json`]],
    [["reconcile", "state.json", "--revoke-orphans", "--yes"]],
    [["usage", "--from", HOSTILE.replaceAll("\ud800", "")]],
    [[HOSTILE.replaceAll("\ud800", "")]],
    [["list", `--${HOSTILE.replaceAll("\ud800", "")}`]],
    [["doctor"]],
    [["doctor", "--json"]],
    [["doctor", "--probe", "--yes"]],
    [["completion", HOSTILE.replaceAll("\ud800", "")]],
    [["emulator", `--${HOSTILE.replaceAll("\ud800", "")}`]],
  ])("zkscore-keys %j", async (args) => {
    world.state("state.json", { keys: [{ id: `key_0${HOSTILE}` }], writtenAt: "2099-01-01T00:00:00Z" });
    world.state("hostile.json", { keys: [{ id: "" }], stack: HOSTILE, identity: HOSTILE });
    const { stdout, stderr } = await world.start(args, { ...env(), XDG_STATE_HOME: world.folder }).done;
    expect(`${stdout}${stderr}`.length).toBeGreaterThan(20);
    expect([hostileIn(stdout), hostileIn(stderr)]).toEqual([[], []]);
    if (args.includes("--json")) expect(() => JSON.parse(stdout)).not.toThrow();
    if (args.includes("list") && args.includes("--json"))
      expect(JSON.stringify(JSON.parse(stdout))).toContain(JSON.stringify(HOSTILE.toWellFormed()).slice(1, -1));
  });

  test("the provider's lines and errors, in its own process", { timeout: 120_000 }, async () => {
    const stack = simStack({ api, host: "process", env: { ...env(), ZKSCORE_TOKEN: token() ?? "" } });
    await stack.up(keys({ a: SCORES }));
    const mine = api.keys().find(({ metadata }) => metadata["pulumi:name"] === "a");
    // Leftovers of this stack by their mark, never used.
    for (const n of [4, 5])
      await foreign(n, {
        project: "proj",
        stack: "dev",
        identity: String(mine?.metadata["pulumi:identity"]),
        owner: n === 4 ? String(mine?.metadata["pulumi:owner"]) : "o",
      });
    const told = [
      await failure(
        stack.up(
          keys({
            a: SCORES,
            b: { ...SCORES, adopt: { keyId: `key_0${HOSTILE.toWellFormed()}` }, rotation: { overlap: "1d" } },
          }),
        ),
      ),
      await failure(stack.up(keys({ a: SCORES, c: { ...SCORES, [HOSTILE.toWellFormed()]: 1 } }))),
    ];
    await stack.up(keys({ a: { ...SCORES, description: "new" } }));
    let log = stack.log;
    api.faults.add({ operation: "list", kind: "status", status: 400 });
    told.push(await failure(stack.refresh()));
    await stack.destroy();
    log += stack.log;
    expect(log).toMatch(/u001b/);
    expect([hostileIn(log), ...told.map(hostileIn)]).toEqual([[], [], [], []]);
  });
});
