import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { jsonFilesIn } from "../../json.ts";

/** Who holds a stack of a file backend. */
export interface Lock {
  pid: number;
  hostname: string;
  since: string;
  /** Whether that process runs; undefined where it is another machine's. */
  alive: boolean | undefined;
}

const written = z.looseObject({ pid: z.number(), hostname: z.string(), timestamp: z.string() });

/** The locks that a file backend holds for a stack; undefined where they can't be read: another kind of backend. */
export function locksOf(url: string, project: string, stack: string, hostname: string): Lock[] | undefined {
  if (!url.startsWith("file://")) return undefined;
  let folder: string;
  try {
    const home = url.startsWith("file://~")
      ? `file://${process.env["HOME"] ?? ""}${url.slice("file://~".length)}`
      : url;
    folder = join(fileURLToPath(home.replace(/\?.*$/, "")), ".pulumi", "locks", "organization", project, stack);
  } catch {
    return undefined;
  }
  return jsonFilesIn(folder).flatMap((file) => {
    const lock = written.safeParse(file).data;
    if (lock === undefined) return [];
    const alive = lock.hostname === hostname ? runs(lock.pid) : undefined;
    return [{ pid: lock.pid, hostname: lock.hostname, since: lock.timestamp, alive }];
  });
}

/** Whether a process of this machine runs. */
export function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It runs, as somebody else's.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
