import { Command, InvalidArgumentError, Option } from "commander";
import { PLANS } from "../provider/domain/plans.ts";
import { oneLine, ownLines } from "../provider/domain/shown.ts";
import type { RunOptions } from "./run.ts";

/** The emulator's options; `ends` runs its work. What the work needs is loaded then. */
export function defineEmulator(command: Command, ends: (work: () => Promise<number>) => Promise<void>): Command {
  return command
    .summary("runs a stand-in of the API on this machine")
    .description(
      "Runs a stand-in of the ZKScore key API on 127.0.0.1, until SIGINT or SIGTERM. Tokens: ZKSCORE_EMULATOR_TOKEN and " +
        "ZKSCORE_EMULATOR_OPERATOR_TOKEN, or generated into DIR/credentials.json.",
    )
    .option("--port <N>", "default: any free port", portNumber)
    .option("--data <DIR>", "keep keys there; default: in memory, with the tokens in a new temporary folder")
    .addOption(new Option("--plan <NAME>", "enterprise has no ceilings").choices(PLANS).default("enterprise"))
    .addOption(
      new Option("--updates <MODE>", "whether keys can be updated; 404: like the documented API, no")
        .choices(["patch", "404", "405", "501"])
        .default("404"),
    )
    .option("--prefix <PATH>", "what comes before /developer/keys", pathPrefix, "/v1")
    .option("--json", 'first line: {"url","origin","pid","credentials"} as JSON', false)
    .action((options: RunOptions) => ends(async () => (await import("./run.ts")).run(options)));
}

function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError("It takes a port number.");
}

function pathPrefix(text: string): string {
  if (/^(\/[\w.-]+)+$/.test(text)) return text;
  throw new InvalidArgumentError("It takes a path such as /v1 or /api/v1.");
}

/** Runs an emulator until SIGINT or SIGTERM; resolves with the exit code. */
export async function runEmulator(argv: readonly string[]): Promise<number> {
  let code = 0;
  const command = defineEmulator(new Command("emulator"), async (work) => {
    code = await work();
  })
    .exitOverride()
    .configureHelp({ optionTerm: ({ flags }) => flags.replace(/[<>]/g, "") })
    .configureOutput({
      writeOut: (text) => process.stdout.write(ownLines(text)),
      writeErr: (text) => process.stderr.write(ownLines(text)),
      outputError: (text, write) => write(`${oneLine(text.trimEnd())}\n\n`),
    })
    .showHelpAfterError();
  try {
    await command.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof Error && "exitCode" in error) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

// Run as a program: `node dist/emulator/main.js`. Both module systems are built from this file, so no import.meta here.
if (/emulator[\\/]main\.[jt]s$/.test(process.argv[1] ?? "")) {
  void runEmulator(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
}
