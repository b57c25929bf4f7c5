import { execFile } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheRoot, makeFolder } from "./engine/cache.ts";
import { withLock } from "./engine/lock.ts";

const run = promisify(execFile);

/** A package of Python's that a check or a proof uses. */
export interface PythonTool {
  name: string;
  version: string;
  /** Optional parts that pip is asked for. */
  extra?: string;
  /** The command that it installs. */
  command: string;
}

/** The pinned tool's command, installed with pip into a folder of the user's cache; or why there is none. */
export async function ensurePythonTool(tool: PythonTool): Promise<{ command: string } | { missing: string }> {
  const what = `${tool.name} ${tool.version}`;
  const folder = join(cacheRoot(process.env), `${tool.name}-${tool.version}`);
  const command = join(folder, "bin", tool.command);
  const ready = join(folder, "ready");
  const asked = `${tool.name}${tool.extra === undefined ? "" : `[${tool.extra}]`}==${tool.version}`;
  makeFolder(cacheRoot(process.env));
  return withLock(
    `${folder}.lock`,
    (pid) => console.log(`waiting for process ${pid}, which installs ${tool.name}`),
    async () => {
      if (existsSync(ready)) return { command };
      console.log(`installing ${what} with pip, once`);
      try {
        // A venv can't be moved, so it is made in its place; without the mark it counts as half made.
        rmSync(folder, { recursive: true, force: true });
        await run("python3", ["-m", "venv", folder]);
        await run(join(folder, "bin", "python"), ["-m", "pip", "install", "--quiet", asked]);
        writeFileSync(ready, "");
        return { command };
      } catch (error) {
        // pip's last line says what it missed.
        const told = error instanceof Error && "stderr" in error ? String(error.stderr).trim().split("\n").at(-1) : "";
        return { missing: `python3 with venv and pip can't install ${what}: ${told || String(error)}` };
      }
    },
  );
}
