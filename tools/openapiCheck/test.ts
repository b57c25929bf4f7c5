import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import type { Emulator } from "../../emulator/index.ts";

/** What schemathesis made of a document. */
export interface Outcome {
  /** Without a finding and without an error of its own. */
  clean: boolean;
  /** Operations of which it tested at least one case. */
  operations: number;
  /** Requests it made. */
  cases: number;
  output: string;
}

/** Runs every check of schemathesis on a document against an emulator. `folder`: where it may leave its files. */
export async function testDocument(
  command: string,
  document: string,
  emulator: Emulator,
  { folder, args }: { folder: string; args: readonly string[] },
): Promise<Outcome> {
  const token = emulator.accounts[0]?.token ?? "";
  const child = spawn(
    command,
    ["run", document, "--url", emulator.url, "-H", `Authorization: Bearer ${token}`, "--checks", "all", ...args],
    { cwd: folder, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, NO_COLOR: "1", COLUMNS: "120" } },
  );
  const ended = once(child, "exit");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await ended;
  const number = (pattern: RegExp): number => Number(pattern.exec(stdout)?.[1] ?? 0);
  return {
    clean: code === 0,
    operations: number(/^ *Tested: (\d+)$/m),
    cases: number(/^ *(\d+) generated/m),
    output: `${stdout}${stderr}`,
  };
}
