import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Plan } from "../provider/domain/plans.ts";
import { oneLine, ownLines } from "../provider/domain/shown.ts";
import { credentials, credentialsFile } from "./credentials.ts";
import { type Emulator, startEmulator } from "./index.ts";
import { modesSchema } from "./modes.ts";

/** What the command line says. */
export interface RunOptions {
  port?: number;
  data?: string;
  plan: Plan;
  updates: string;
  prefix: string;
  json: boolean;
}

/** Runs an emulator until SIGINT or SIGTERM; resolves with the exit code. */
export async function run({ port = 0, data, plan, updates, prefix, json }: RunOptions): Promise<number> {
  const dir = data === undefined ? mkdtempSync(join(tmpdir(), "zkscore-emulator-")) : resolve(data);
  const tokens = credentials(dir, process.env);
  let emulator: Emulator;
  try {
    emulator = await startEmulator({
      dataDir: data === undefined ? ":memory:" : dir,
      port,
      prefix,
      updates: modesSchema.shape.updates.parse(updates === "patch" ? updates : Number(updates)),
      accounts: [{ token: tokens.token, plan }],
      operatorToken: tokens.operatorToken,
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : "unknown";
    process.stderr.write(
      `${oneLine(`The emulator could not start: ${why}. Is the port taken, or the folder not writable?`)}\n`,
    );
    return 1;
  }
  process.stdout.write(`${ownLines(greeting(emulator, dir, json))}\n`);
  await new Promise<void>((stop) => {
    process.once("SIGINT", () => stop());
    process.once("SIGTERM", () => stop());
  });
  await emulator.close();
  return 0;
}

function greeting(emulator: Emulator, dir: string, json: boolean): string {
  const { url, origin } = emulator;
  const file = credentialsFile(dir);
  if (json) return JSON.stringify({ url, origin, pid: process.pid, credentials: file });
  return [
    `ZKScore emulator: ${url}`,
    `  tokens: from the environment, else in ${oneLine(file)} (yours to read only)`,
    "  stop it with Ctrl-C; what it answered is kept",
  ].join("\n");
}
