import type { Command } from "commander";
import { defineEmulator } from "../emulator/main.ts";
import { defineCompletion } from "./commands/completion.ts";
import { defineDoctor } from "./commands/doctor.ts";
import { defineList } from "./commands/list.ts";
import { defineReconcile } from "./commands/reconcile.ts";
import { defineReport } from "./commands/report.ts";
import { defineUsage } from "./commands/usage.ts";
import { createCommand, type Ends } from "./parser.ts";

/** What each exit code means; also in docs/cli.md. */
export const EXIT_CODES: Readonly<Record<number, string>> = {
  0: "done, nothing to look at",
  1: "failed",
  2: "wrong arguments",
  3: "something to look at: a finding of `reconcile` or `doctor`, or a listing that is not complete",
};

/** The whole command line: each command, its options and its help. What a command does is loaded when it runs. */
export function zkscoreKeys(version: string, ends: Ends): Command {
  const program = createCommand("zkscore-keys")
    .description("The API keys of a ZKScore account")
    .version(version, "-v, --version", "which release this is")
    .helpCommand("help [COMMAND]", "the same as COMMAND --help")
    .addHelpText("after", AFTER);
  defineList(program, ends);
  defineUsage(program, ends);
  defineReconcile(program, ends);
  defineReport(program, ends);
  defineDoctor(program, ends);
  defineEmulator(program.command("emulator"), (run) => ends(run));
  defineCompletion(program, ends);
  return program;
}

const AFTER = `
COMMAND --help says more.

The account: ZKSCORE_TOKEN, and ZKSCORE_BASE_URL where it isn't the documented one.
Exit codes:
${Object.entries(EXIT_CODES)
  .map(([code, meaning]) => `  ${code}  ${meaning}`)
  .join("\n")}
`;
