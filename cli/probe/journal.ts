import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { ZkscoreError } from "../../provider/domain/errors.ts";
import { runs } from "../doctor/look/backend.ts";
import { jsonFilesIn } from "../json.ts";

const HOUR_MS = 3_600_000;

/** What is kept of a probe until its key is surely gone. No secret. */
const entry = z.strictObject({
  name: z.string().regex(/^zkscore-probe-[0-9a-f]{16}$/),
  /** By the server's clock, epoch ms. */
  at: z.number(),
  endpoint: z.string(),
  pid: z.number(),
  hostname: z.string(),
});
export type Entry = z.infer<typeof entry>;

/** Where probes note their keys, on this machine and for this user. */
export function journalFolder(env: NodeJS.ProcessEnv): string {
  const windows = process.platform === "win32" ? env["LOCALAPPDATA"] : undefined;
  const state = windows ?? env["XDG_STATE_HOME"] ?? "";
  return join(state === "" ? join(env["HOME"] ?? homedir(), ".local", "state") : state, "zkscore-keys", "probes");
}

/** Notes a key before it is made; on the disk when this returns. Throws `ZKS_INPUT`: without a note no key is made. */
export function note(folder: string, key: Pick<Entry, "name" | "at" | "endpoint">): void {
  const text = JSON.stringify({ ...key, pid: process.pid, hostname: hostname() } satisfies Entry);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = openSync(join(folder, `${key.name}.json`), "wx", 0o600);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch {
    throw new ZkscoreError({
      code: "ZKS_INPUT",
      what: "the probe can't note its key",
      why: `${folder} can't be written, and without a note a key that a killed probe leaves would not be found again`,
      remedy: "set XDG_STATE_HOME to a folder that you may write and that lasts",
      safe: "no key was made",
      outcome: "not-executed",
    });
  }
}

/** Forgets a key that is surely gone. */
export function forget(folder: string, { name }: Pick<Entry, "name">): void {
  rmSync(join(folder, `${name}.json`), { force: true });
}

/** Notes of probes that have ended without forgetting their keys. One whose process still runs is its own affair. */
export function leftBehind(folder: string, endpoint: string): Entry[] {
  return jsonFilesIn(folder).flatMap((file) => {
    const known = entry.safeParse(file).data;
    if (known === undefined || known.endpoint !== endpoint) return [];
    const here = known.hostname === hostname() && known.pid !== process.pid && runs(known.pid);
    // A process id is given again, and no probe takes an hour.
    const busy = here && Date.now() - known.at < HOUR_MS;
    return busy ? [] : [known];
  });
}
