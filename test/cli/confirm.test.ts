import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { packageRoot } from "../../tools/root.ts";
import { cli, freshCli } from "../support/fixture.ts";
import { connection } from "../support/world.ts";

// A terminal comes from util-linux's `script`; no package of this repository makes one.
const hasTerminal = spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux") === true;
if (!hasTerminal) console.warn("SKIPPED: the question at the terminal: needs util-linux's `script`");

beforeEach(() => freshCli());

/** Runs the command at a terminal, answers its question, and returns its exit code. */
async function atTerminal(command: readonly string[], answer: string): Promise<number> {
  const line = command.map((word) => `'${word}'`).join(" ");
  const child = spawn("script", ["--quiet", "--return", "--command", line, "/dev/null"], {
    env: { ...process.env, ...connection(cli.api) },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  let output = "";
  child.stdout.on("data", (text: Buffer) => {
    if (!output.includes("Only") && `${output}${text}`.includes("Only")) child.stdin.write(answer);
    output += String(text);
  });
  const [code] = await ended;
  expect(output).toContain("Revoke 1 orphaned key(s) for good?");
  expect(output.includes("Nothing was revoked.")).toBe(code !== 0);
  return Number(code);
}

test.skipIf(!hasTerminal)("at a terminal it asks, and only `yes` revokes", async () => {
  const managed = await cli.make("backend-00000001", {});
  const orphan = await cli.make("backend-00000002", {});
  const state = cli.state("shop.json", { keys: [{ id: managed.id }] });
  const main = join(packageRoot, "dist", "cli", "main.js");
  const command = [process.execPath, main, "reconcile", state, "--revoke-orphans"];
  const status = () => cli.api.keys().find((key) => key.id === orphan.id)?.status;

  // The last two are Ctrl-C and Ctrl-D.
  for (const answer of ["\r", "y\r", "no\r", "\u0003", "\u0004"]) {
    expect(await atTerminal(command, answer)).toBe(3);
    expect(status()).toBe("active");
  }
  expect(await atTerminal(command, "yes\r")).toBe(0);
  expect(status()).toBe("revoked");
});
