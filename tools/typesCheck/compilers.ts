import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheRoot, makeFolder } from "../engine/cache.ts";
import { packageRoot } from "../root.ts";

const run = promisify(execFile);

/** From the oldest TypeScript that this package's declarations promise to suit to the newest. */
export const VERSIONS = ["5.0.4", "5.4.5", "5.9.3", "6.0.3", "7.0.2"] as const;
export type Version = (typeof VERSIONS)[number];

/** The folder of a compiler's package: this repository's own, else one installed once into the user's cache. */
export async function compiler(version: Version): Promise<string> {
  const own = join(packageRoot, "node_modules", "typescript");
  if (Object(JSON.parse(readFileSync(join(own, "package.json"), "utf8"))).version === version) return own;
  const folder = join(cacheRoot(process.env), `typescript-${version}`);
  const installed = join(folder, "node_modules", "typescript");
  if (existsSync(installed)) return installed;
  makeFolder(cacheRoot(process.env));
  const temporary = mkdtempSync(`${folder}-`);
  try {
    console.log(`installing TypeScript ${version}, once`);
    const flags = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--install-links"];
    await run("npm", ["install", "--prefix", temporary, ...flags, `typescript@${version}`], { cwd: temporary });
    renameSync(temporary, folder);
  } catch (error) {
    if (!existsSync(installed)) throw error; // else another process was first
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return installed;
}
