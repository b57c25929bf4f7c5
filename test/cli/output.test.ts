import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { instantBeside, relative } from "../../cli/cells.ts";
import { plainText, toned } from "../../cli/lines.ts";
import { EXIT_CODES } from "../../cli/program.ts";
import { SCHEMAS } from "../../cli/schemas.ts";
import { table, widthOf } from "../../cli/table.ts";
import { cliPage, cliSchemas } from "../../tools/cliDocs/page.ts";
import { packageRoot } from "../../tools/root.ts";
import { type CliWorld, cliWorld } from "../support/cli.ts";
import { healthyMachine, type Machine } from "../support/doctor/machine.ts";
import { drawn } from "../support/seed.ts";
import { connection } from "../support/world.ts";

let world: CliWorld;
let machine: Machine;
let state: string;
beforeAll(async () => {
  world = await cliWorld();
  machine = healthyMachine();
  const managed = await world.make("zulu", {}, { expiry: new Date(Date.now() + 3 * 86_400_000).toISOString() });
  await world.make("alpha-with-a-name-that-is-long-enough-to-be-cut-somewhere");
  await world.make("mike", {});
  world.api.revoke((await world.make("gone")).id);
  await world.api.use(managed.secret);
  state = world.state("shop.json", { keys: [{ id: managed.id }, { id: "key_lost" }] });
});
afterAll(async () => {
  machine.dispose();
  await world.dispose();
});

describe("a table", () => {
  const cell = fc.oneof(fc.string({ maxLength: 40 }), fc.constantFrom("東京の鍵", "🔑🔑", "é", ""));
  test("fits the terminal where its columns can be cut, keeps its ids, and its columns stand below each other", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, fc.stringMatching(/^[0-9a-f]{0,24}$/), cell), { maxLength: 6 }),
        fc.integer({ min: 50, max: 120 }),
        (rows, columns) => {
          const lines = plainText(table(["name", "id", "note"], rows, columns)).split("\n");
          expect(lines).toHaveLength(rows.length + 2);
          for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
          for (const [index, [, id]] of rows.entries()) expect(lines[index + 2]).toContain(id);
        },
      ),
      drawn("tables", 100),
    );
  });

  test("is whole where nobody reads it at a terminal", () => {
    const name = "x".repeat(150);
    expect(plainText(table(["name", "id"], [[name, "1"]], undefined))).toContain(name);
    expect(plainText(table(["name", "id"], [[toned("good", name), "1"]], 40))).toContain("…");
  });

  test("wide characters count twice", () => {
    const lines = plainText(
      table(
        ["name", "id"],
        [
          ["東京", "1"],
          ["abcd", "2"],
        ],
      ),
    ).split("\n");
    expect(lines.slice(2)).toEqual(["東京  1", "abcd  2"]);
  });
});

test("an instant has the time to it beside it", () => {
  const now = Date.parse("2027-01-01T00:00:00Z");
  expect(instantBeside("2027-01-31T00:00:00Z", now)).toBe("2027-01-31T00:00:00Z (in 30 d)");
  expect(instantBeside("2026-12-31T23:48:00Z", now)).toBe("2026-12-31T23:48:00Z (12 min ago)");
  expect(instantBeside("soon", now)).toBe("soon");
  expect(relative(now + 10, now)).toBe("now");
});

test("list is sorted by name, and says when keys end and were used", async () => {
  const { stdout } = await world.start(["list"]).done;
  expect(
    stdout
      .split("\n")
      .slice(2, 5)
      .map((line) => line.slice(0, 4).trim()),
  ).toEqual(["alph", "mike", "zulu"]);
  expect(stdout).toMatch(/zulu.*\(in (3 d|2 d 23 h)\).*\((now|\d+ s ago)\)/);
});

const COMMANDS = (): [keyof typeof SCHEMAS, string[]][] => [
  ["list", ["list", "--all", "--json"]],
  ["usage", ["usage", "--json"]],
  ["reconcile", ["reconcile", state, "--json"]],
  ["doctor", ["doctor", "--json"]],
  ["doctor", ["doctor", "--probe", "--yes", "--json"]],
];

test("each --json is as its documented schema says, with no field that isn't in it", async () => {
  for (const [name, args] of COMMANDS()) {
    const env = { ...machine.env, ...connection(world.api), XDG_STATE_HOME: world.folder };
    const { stdout } = await world.start(args, env, machine.folder).done;
    expect([args, SCHEMAS[name].safeParse(JSON.parse(stdout)).error]).toEqual([args, undefined]);
  }
});

describe("colours", () => {
  const hasTerminal = spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux") === true;
  const cli = join(packageRoot, "dist", "cli", "main.js");
  /** Not spawned synchronously: the account is this process. */
  const atTerminal = async (args: string, env: Record<string, string>) => {
    const { startCommand } = await import("../support/engine/command.ts");
    const line = `stty cols 90; '${process.execPath}' '${cli}' ${args}`;
    const options = {
      cwd: world.folder,
      env: { PATH: process.env["PATH"], TERM: "xterm", ...connection(world.api), ...env },
      timeoutMs: 60_000,
    };
    return (await startCommand("script", ["--quiet", "--return", "--command", line, "/dev/null"], options).done).stdout;
  };

  test.skipIf(!hasTerminal)(
    "at a terminal words have theirs, and a table has its width; NO_COLOR and a pipe have none",
    async () => {
      const coloured = await atTerminal("list", {});
      expect(coloured).toContain("\u001b[32mactive");
      // Its end is near.
      expect(coloured).toContain(`\u001b[33m${new Date().getUTCFullYear()}`.slice(0, 8));
      for (const line of stripVTControlCharacters(coloured).split(/\r?\n/))
        expect(line.length).toBeLessThanOrEqual(200);
      expect(stripVTControlCharacters(coloured)).toContain("…");
      for (const env of [{ NO_COLOR: "1" }, { TERM: "dumb" }]) {
        const plain = await atTerminal(`reconcile ${state}`, env);
        expect(plain).toContain("Missing:");
        expect(plain).not.toContain("\u001b");
      }
      expect((await world.start(["list"], { FORCE_COLOR: "3" }).done).stdout).not.toContain("\u001b");
    },
  );
});

test("docs/cli.md and docs/cli.schema.json are what `npm run docs` makes", () => {
  const read = (file: string) => readFileSync(join(packageRoot, "docs", file), "utf8");
  expect(read("cli.md")).toBe(cliPage());
  expect(read("cli.schema.json")).toBe(cliSchemas());
});

test("exit codes are in --help, and the same in docs/cli.md", async () => {
  const { stdout } = await world.start(["--help"]).done;
  expect(Object.keys(EXIT_CODES)).toEqual(["0", "1", "2", "3"]);
  for (const [code, meaning] of Object.entries(EXIT_CODES)) {
    expect(stdout).toContain(`${code}  ${meaning}`);
    expect(cliPage()).toContain(`| ${code} | ${meaning} |`);
  }
});
