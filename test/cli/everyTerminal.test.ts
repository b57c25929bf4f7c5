import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, test } from "vitest";
import { packageRoot } from "../../tools/root.ts";
import { type Outcome, startCommand } from "../support/engine/command.ts";
import { cli, freshCli } from "../support/fixture.ts";
import { connection } from "../support/world.ts";

beforeEach(() => freshCli());

/** Runs a line of bash in which `$K` is the command. */
function line(text: string): Promise<Outcome> {
  const main = join(packageRoot, "dist", "cli", "main.js");
  const env = { PATH: process.env["PATH"], K: `${process.execPath} ${main}`, ...connection(cli.api) };
  return startCommand("bash", ["-c", text], { cwd: cli.folder, env, timeoutMs: 60_000 }).done;
}

describe("output that nobody reads any more", () => {
  test("a pipe that is closed ends quietly, whichever of the two it is", async () => {
    for (let n = 0; n < 300; n++) await cli.make(`key-${n}-${"x".repeat(60)}`);
    for (const text of [
      "$K list | head -1",
      "$K list --json | head -1",
      "$K usage | head -1",
      "$K reconcile state.json | true",
      "$K --help | true",
      "$K list 2> >(true)",
      "$K lst 2> >(true)",
    ]) {
      cli.state("state.json", { keys: [] });
      const { stderr } = await line(`set -o pipefail; ${text}`);
      expect([text, stderr]).toEqual([text, ""]);
    }
  }, 60_000);

  test("the command itself goes on: what it was asked to revoke is revoked, and its exit code holds", async () => {
    const managed = await cli.make("backend-00000001", {});
    const orphan = await cli.make("backend-00000002", {});
    cli.state("state.json", { keys: [{ id: managed.id }] });
    const { stdout } = await line(
      "($K reconcile state.json --revoke-orphans --yes; echo code $? >&3) 3>&1 >/dev/full 2>/dev/null",
    );
    expect(cli.api.keys().find(({ id }) => id === orphan.id)?.status).toBe("revoked");
    expect(stdout).toBe("code 1\n");
    const closed = await line("exec 3>&1; ($K reconcile state.json; echo code $? >&3) | true");
    expect(closed.stdout).toBe("code 0\n");
  });

  test("a full disk is said, with exit code 1", async () => {
    const { stdout, stderr } = await line("$K --help > /dev/full; echo code $?");
    expect(stdout).toBe("code 1\n");
    expect(stderr).toContain("could not be written (ENOSPC)");
  });

  test("no colour and no control character, with NO_COLOR and without", async () => {
    await cli.make("a-key");
    for (const text of ["NO_COLOR=1 $K list", "FORCE_COLOR=3 $K list", "FORCE_COLOR=3 $K nonsense"]) {
      const { output } = await line(text);
      expect([...output].filter((one) => one < " " && one !== "\n")).toEqual([]);
    }
  });
});

describe("a state as other tools write it", () => {
  const bom = "\ufeff";
  const utf16be = (text: string) => Buffer.from(text, "utf16le").swap16();
  const WRITTEN: Record<string, (json: string) => Buffer> = {
    "UTF-8 with a mark": (json) => Buffer.from(bom + json),
    "UTF-16 LE with a mark (PowerShell 5)": (json) => Buffer.from(bom + json, "utf16le"),
    "UTF-16 BE with a mark": (json) => utf16be(bom + json),
    "UTF-16 LE without a mark": (json) => Buffer.from(json, "utf16le"),
    "UTF-16 BE without a mark": (json) => utf16be(json),
    "with CRLF": (json) => Buffer.from(`${json}\r\n`),
  };
  test.each(Object.entries(WRITTEN))("%s, from a file and from stdin", async (_name, encode) => {
    const { id } = await cli.make("backend-00000001", {});
    const file = cli.state("state.json", { keys: [{ id }] });
    writeFileSync(file, encode(readFileSync(file, "utf8")));
    for (const text of ["$K reconcile state.json", "$K reconcile - < state.json"]) {
      const { code, stdout, stderr } = await line(text);
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toContain("Managed by a stack whose state was given (1)");
    }
  });

  test("a stack that has never been deployed holds no keys", async () => {
    writeFileSync(join(cli.folder, "new.json"), '{"version":3,"deployment":null}');
    writeFileSync(join(cli.folder, "newer.json"), '{"version":3}');
    expect((await line("$K reconcile new.json newer.json")).code).toBe(0);
  });

  test.each<[string, Buffer, RegExp]>([
    ["empty", Buffer.alloc(0), /it is empty: did `pulumi stack export` fail/],
    ["gzip", gzipSync("{}"), /compressed \(gzip\)[\s\S]*gunzip/],
    ["binary", Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0xff, 0xfe, 0xfd]), /it is not text/],
    ["cut", Buffer.from('{"version":3,"deployment":{"resou'), /isn't JSON, or is cut/],
    ["a file of the backend", Buffer.from('{"version":3,"checkpoint":{"stack":"x"}}'), /a file of Pulumi's backend/],
    ["other JSON", Buffer.from("[]"), /isn't the JSON that `pulumi stack export` prints/],
  ])("%s: refused, with what it is, before any request", async (_name, bytes, says) => {
    writeFileSync(join(cli.folder, "state.json"), bytes);
    for (const text of ["$K reconcile state.json", "$K reconcile - < state.json"]) {
      const { code, stderr } = await line(text);
      expect(code).toBe(1);
      expect(stderr).toMatch(says);
    }
    expect(cli.operations()).toEqual([]);
  });

  test("a directory, a file that isn't there, stdin twice, a terminal", async () => {
    mkdirSync(join(cli.folder, "states"));
    expect((await line("$K reconcile states")).stderr).toMatch(
      /it is a directory[\s\S]*pulumi stack export > state.json/,
    );
    expect((await line("$K reconcile gone.json")).stderr).toContain("it isn't there");
    for (const text of ["echo | $K reconcile - -", "$K reconcile ''"]) expect((await line(text)).code).toBe(2);
    const terminal = await line('script --quiet --return --command "$K reconcile -" /dev/null < /dev/null');
    if (!terminal.output.includes("not found"))
      expect(terminal.output).toMatch(/stdin is the terminal[\s\S]*pulumi stack export \|/);
  });
});

test("--version is this package's", async () => {
  // A border: this repository's own file.
  const { version } = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as { version: string };
  for (const flag of ["--version", "-v"])
    expect(await line(`$K ${flag}`)).toMatchObject({ code: 0, stdout: `${version}\n` });
});

test("an unknown command is named; help COMMAND is COMMAND --help", async () => {
  const unknown = await line("$K lst");
  expect([unknown.code, unknown.stdout]).toEqual([2, ""]);
  expect(unknown.stderr).toContain('There is no command "lst"');
  expect((await line("$K help usage")).stdout).toBe((await line("$K usage --help")).stdout);
  expect((await line("$K help nonsense")).code).toBe(2);
});

describe("usage", () => {
  test("of a key that the account hasn't is no table of zeros", async () => {
    await cli.make("a-key");
    for (const text of ["$K usage --key nope", "$K usage --key zk_prod_pasted-secret --json"]) {
      const { code, stdout, stderr } = await line(text);
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toMatch(/no key with the id[\s\S]*cause:[\s\S]*remedy: `zkscore-keys list --all`/);
      expect(stderr).not.toContain("pasted");
    }
  });

  test.each([
    ["--from yesterday", /--from takes an ISO 8601 instant with a zone, for example/],
    ["--to 2027-01-01", /--to takes/],
    ["--to ''", /--to takes/],
    ["--from 2027-02-01T00:00:00Z --to 2027-01-01T00:00:00Z", /--from is later than --to/],
    ["--key ''", /--key takes a key's id/],
  ])("%s: exit code 2, the form, and no request", async (flags, says) => {
    const { code, stdout, stderr } = await line(`$K usage ${flags}`);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(says);
    expect(cli.operations()).toEqual([]);
  });

  test("of a span that is one (control)", async () => {
    await cli.make("a-key");
    expect((await line("$K usage --from 2027-01-01T00:00:00Z --to 2027-02-01T00:00:00+02:00")).code).toBe(0);
  });
});

test("no token: the words are the command's, which reads no stack configuration", async () => {
  const { code, stderr } = await line("ZKSCORE_TOKEN= $K list");
  expect(code).toBe(1);
  expect(stderr).toContain("ZKSCORE_TOKEN isn't set");
  expect(stderr).toContain('ZKSCORE_TOKEN="$(pulumi config get zkscore:token)"');
});
