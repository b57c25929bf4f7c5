import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { jsonIn } from "../../json.ts";

/** What a command came to: its exit code and stdout, or that it isn't there or didn't end in time. */
export type Ran = { code: number; stdout: string } | "missing" | "late";

type Env = Readonly<Record<string, string | undefined>>;

const DEADLINE_MS = 6_000;
const STDOUT_MAX = 2 ** 20;

/** Runs a program of PATH without a terminal and without a question. What it says on stderr is dropped: it may quote anything. */
export function run(name: string, args: readonly string[], env: Env, cwd: string): Promise<Ran> {
  const file = onPath(name, env);
  if (file === undefined) return Promise.resolve("missing");
  return new Promise((resolve) => {
    const quiet = { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" };
    const child = spawn(file, args, { cwd, env: quiet, stdio: ["ignore", "pipe", "ignore"] });
    let stdout = "";
    const timer = setTimeout(() => {
      resolve("late");
      child.kill("SIGKILL");
      // What it started may still hold the pipe.
      child.stdout.destroy();
    }, DEADLINE_MS);
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (stdout.length < STDOUT_MAX) stdout += text;
    });
    child.on("error", () => {
      clearTimeout(timer);
      resolve("missing");
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? -1, stdout });
    });
  });
}

/** The first file of this name in a folder of PATH. */
export function onPath(name: string, env: Env): string | undefined {
  const names = process.platform === "win32" ? [`${name}.exe`, `${name}.cmd`] : [name];
  const folders = (env["PATH"] ?? env["Path"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.flatMap((folder) => names.map((one) => join(folder, one))).find((file) => existsSync(file));
}

/** A command's JSON; undefined where it failed or printed something else. */
export function jsonOf(ran: Ran): unknown {
  return typeof ran === "string" || ran.code !== 0 ? undefined : jsonIn(ran.stdout);
}
