import { execFile } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheRoot, makeFolder } from "../engine/cache.ts";
import { withLock } from "../engine/lock.ts";

const VERSION = "4.32.5";
const run = promisify(execFile);

/** The pinned schemathesis's command, installed with pip into a folder of the user's cache; or why there is none. */
export async function ensureSchemathesis(): Promise<{ command: string } | { missing: string }> {
  const folder = join(cacheRoot(process.env), `schemathesis-${VERSION}`);
  const command = join(folder, "bin", "st");
  const ready = join(folder, "ready");
  makeFolder(cacheRoot(process.env));
  return withLock(
    `${folder}.lock`,
    (pid) => console.log(`waiting for process ${pid}, which installs schemathesis`),
    async () => {
      if (existsSync(ready)) return { command };
      console.log(`installing schemathesis ${VERSION} with pip, once`);
      try {
        // A venv can't be moved, so it is made in its place; without the mark it counts as half made.
        rmSync(folder, { recursive: true, force: true });
        await run("python3", ["-m", "venv", folder]);
        await run(join(folder, "bin", "python"), ["-m", "pip", "install", "--quiet", `schemathesis==${VERSION}`]);
        writeFileSync(ready, "");
        return { command };
      } catch (error) {
        // pip's last line says what it missed.
        const told = error instanceof Error && "stderr" in error ? String(error.stderr).trim().split("\n").at(-1) : "";
        return { missing: `python3 with venv and pip can't install schemathesis ${VERSION}: ${told || String(error)}` };
      }
    },
  );
}
