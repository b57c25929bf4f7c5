import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { packageRoot } from "../root.ts";
import { EngineMissingError, messageOf } from "./errors.ts";
import { findIn } from "./executables.ts";

/** The Go module that pins the engine. */
export const moduleFolder = join(packageRoot, "tools", "engine");

/** What is pinned: the engine's version, and the folder of a build of exactly these inputs. */
export interface Pinned {
  readonly version: string;
  readonly folder: string;
}

/** Reads the pinned version from go.mod; the folder's name also covers go.sum, platform and architecture. */
export function pinnedEngine(env: NodeJS.ProcessEnv = process.env): Pinned {
  const goMod = readFileSync(join(moduleFolder, "go.mod"), "utf8");
  const version = /^require github\.com\/pulumi\/pulumi\/pkg\/v3 v(\S+)$/m.exec(goMod)?.[1];
  if (version === undefined) throw new Error("tools/engine/go.mod names no version of the Pulumi engine. Restore it.");
  const hash = createHash("sha256")
    .update(goMod)
    .update(readFileSync(join(moduleFolder, "go.sum")))
    .update(`${process.platform} ${process.arch}`)
    .digest("hex")
    .slice(0, 12);
  return { version, folder: join(cacheRoot(env), `engine-${version}-${hash}`) };
}

/** This package's folder in the cache of the user. */
export function cacheRoot(env: NodeJS.ProcessEnv): string {
  const xdg = env["XDG_CACHE_HOME"];
  const base = xdg !== undefined && isAbsolute(xdg) ? xdg : join(env["HOME"] || homedir(), ".cache");
  return join(base, "pulumi-zkscore");
}

/** Creates a folder and those above it; failure names the remedy. */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new EngineMissingError(
      `its cache folder ${folder} cannot be created (${messageOf(error)}). Set XDG_CACHE_HOME to a folder you may write to.`,
      { cause: error },
    );
  }
}

/** Writes a small executable, atomically, unless it is already there as wanted. */
export function writeExecutable(path: string, text: string): void {
  if (readIfThere(path) === text) return;
  makeFolder(dirname(path));
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode: 0o755 });
  renameSync(temporary, path);
}

/** Moves a finished build to its place. If another process was first, its build is kept and ours removed. */
export function publish(built: string, folder: string): void {
  try {
    renameSync(built, folder);
  } catch (error) {
    rmSync(built, { recursive: true, force: true });
    if (findIn([folder], "pulumi") === undefined) throw error;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
