import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { completionScript } from "../../cli/completion.ts";
import { zkscoreKeys } from "../../cli/program.ts";
import { startCli } from "../support/cli.ts";

const program = zkscoreKeys("0.0.0", async () => {});
const NAMES = program.commands.map((command) => command.name());

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "zkscore-completion-"));
  writeFileSync(join(folder, "state.json"), "");
  writeFileSync(join(folder, "complete.bash"), completionScript(program, "bash"));
  mkdirSync(join(folder, "state"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a Tab at the end of `line` offers, in a real bash. Files count, as readline would add them. */
function offered(line: string): string[] {
  // readline's own part of it, which completes files, needs a terminal: `compopt` says what was asked for.
  const script = `
    compopt() { case "$2" in default) COMPREPLY+=($(compgen -f -- "$cur")) ;; dirnames) COMPREPLY+=($(compgen -d -- "$cur")) ;; esac; }
    source ./complete.bash
    COMP_WORDS=(${line.replaceAll(/=/g, " = ")}${line.endsWith(" ") ? "''" : ""}); COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
    "$(complete -p zkscore-keys | sed 's/.*-F \\([^ ]*\\).*/\\1/')"
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync("bash", ["--norc", "--noprofile", "-c", script], {
    cwd: folder,
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  return stdout.split("\n").filter((word) => word !== "");
}

test("bash offers every command, and of each its own options", () => {
  expect(NAMES.length).toBeGreaterThanOrEqual(5);
  expect(offered("zkscore-keys ")).toEqual(expect.arrayContaining([...NAMES, "--help", "--version"]));
  expect(offered("zkscore-keys rec")).toEqual(["reconcile"]);
  expect(offered("zkscore-keys help us")).toEqual(["usage"]);
  for (const command of program.commands) {
    const flags = command.options.flatMap(({ long }) => (typeof long === "string" ? [long] : []));
    expect(offered(`zkscore-keys ${command.name()} --`)).toEqual(expect.arrayContaining([...flags, "--help"]));
    expect(offered(`zkscore-keys ${command.name()} --json --h`)).toEqual(["--help"]);
  }
});

test("bash offers the words, files or folders that a value can be, and nothing where only the person knows", () => {
  expect(offered("zkscore-keys emulator --plan st")).toEqual(["starter"]);
  expect(offered("zkscore-keys emulator --plan=st")).toEqual(["starter"]);
  expect(offered("zkscore-keys emulator --plan=")).toContain("enterprise");
  expect(offered("zkscore-keys completion ")).toEqual(["bash", "zsh", "fish"]);
  expect(offered("zkscore-keys reconcile st").sort()).toEqual(["state", "state.json"]);
  expect(offered("zkscore-keys emulator --data st")).toEqual(["state"]);
  expect(offered("zkscore-keys usage --key ")).toEqual([]);
});

test("a Tab runs nothing of what stands on the line", () => {
  const { stdout } = spawnSync(
    "bash",
    [
      "--norc",
      "-c",
      `
    source ./complete.bash
    COMP_WORDS=(zkscore-keys usage --key '$(touch ran)' '\`touch ran\`' '--'); COMP_CWORD=5
    _zkscore_keys; printf '%s\\n' "\${COMPREPLY[@]}"; ls`,
    ],
    { cwd: folder, encoding: "utf8" },
  );
  expect(stdout).toContain("--from");
  expect(stdout).not.toContain("ran");
});

test.each(["bash", "zsh", "fish"] as const)(
  "completion %s prints a script that names every command and option",
  async (shell) => {
    const { code, stdout, stderr } = await startCli(["completion", shell], {}, folder).done;
    expect([code, stderr, stdout]).toEqual([0, "", completionScript(program, shell)]);
    for (const command of program.commands) {
      expect(stdout).toContain(command.name());
      for (const { long } of command.options) expect(stdout).toContain(long?.replace(/^--/, ""));
    }
    // The shell itself finds no mistake in it, where it is installed.
    const check = spawnSync(shell, ["-n"], { input: stdout, encoding: "utf8" });
    if (check.error === undefined) expect([check.status, check.stderr]).toEqual([0, ""]);
  },
);

test("another shell is named, with those there are", async () => {
  const { code, stderr } = await startCli(["completion", "tcsh"], {}, folder).done;
  expect(code).toBe(2);
  expect(stderr).toContain("bash, zsh, fish");
});
