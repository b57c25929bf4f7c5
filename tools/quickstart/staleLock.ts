import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";

/** A lock of Pulumi's file backend. */
const lock = z.object({ pid: z.int().positive(), hostname: z.string() });

/**
 * True if the backend in `folder` is locked, and only by processes of this machine that no longer live: a Ctrl-C in the
 * engine's first moments, or a kill, leaves its lock. A lock that can't be read counts as alive.
 */
export function isLeftLocked(folder: string): boolean {
  const locks = join(folder, "state", ".pulumi", "locks");
  if (!existsSync(locks)) return false;
  const files = readdirSync(locks, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".json"));
  return files.length > 0 && files.every((file) => isDead(join(locks, file)));
}

function isDead(file: string): boolean {
  try {
    const { pid, hostname: host } = lock.parse(JSON.parse(readFileSync(file, "utf8")));
    return host === hostname() && !isAlive(pid);
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
