#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { shown } from "../provider/domain/shown.ts";
import { explainFailure } from "./failure.ts";
import { print, say, sayAll, watchOutput } from "./output.ts";

const USAGE = `zkscore-keys: the API keys of a ZKScore account

  zkscore-keys list        what the account holds
  zkscore-keys usage       what the keys are used for
  zkscore-keys reconcile   compares the account with the states of Pulumi stacks
  zkscore-keys report      who may do what, as one page to look at, print or keep
  zkscore-keys emulator    runs a stand-in of the API on this machine

  zkscore-keys COMMAND --help says more; --version says which release this is.

The account: ZKSCORE_TOKEN, and ZKSCORE_BASE_URL where it isn't the documented one.
Exit codes: 0 done, nothing found; 1 failed; 2 wrong arguments; 3 something to look at: a finding of \`reconcile\`, or a
listing that is not complete.
`;

type Command = (argv: readonly string[]) => Promise<number>;

// Loaded on use: help and a wrong Node version need none of them.
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  list: async () => (await import("./list.ts")).list,
  usage: async () => (await import("./usage.ts")).usage,
  reconcile: async () => (await import("./reconcile.ts")).reconcile,
  report: async () => (await import("./report.ts")).report,
  emulator: async () => (await import("../emulator/main.ts")).runEmulator,
};

async function main([name = "", ...argv]: readonly string[]): Promise<number> {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 22 || (major === 22 && minor < 19)) {
    say(`zkscore-keys needs Node 22.19 or newer; this is ${process.versions.node}`);
    return 1;
  }
  // `help list` is `list --help`.
  const [command = "", ...rest] = name === "help" && argv.length > 0 ? [argv[0], "--help"] : [name, ...argv];
  const load = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  if (load !== undefined) return (await load())(rest);
  if (["--version", "-v"].includes(command)) {
    print(version());
    return 0;
  }
  const help = ["--help", "-h", "help"].includes(command);
  if (!help && command !== "") sayAll(`There is no command "${shown(command, 40)}".\n`);
  (help ? print : sayAll)(USAGE.trimEnd());
  return help ? 0 : 2;
}

function version(): string {
  // A border: this package's own file, which it finds by its own name.
  const manifest = JSON.parse(readFileSync(require.resolve("pulumi-zkscore/package.json"), "utf8")) as {
    version: string;
  };
  return manifest.version;
}

const outputLost = watchOutput();
main(process.argv.slice(2))
  .catch((error: unknown) => explainFailure(error))
  .then((code) => {
    process.exitCode = code === 0 && outputLost() ? 1 : code;
    // A write that fails tells so later.
    process.once("beforeExit", () => {
      if (code === 0 && outputLost()) process.exitCode = 1;
    });
  });
