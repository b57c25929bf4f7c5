#!/usr/bin/env node
import { explainFailure } from "./failure.ts";

const USAGE = `zkscore-keys: the API keys of a ZKScore account

  zkscore-keys list        what the account holds
  zkscore-keys usage       what the keys are used for
  zkscore-keys reconcile   compares the account with the states of Pulumi stacks
  zkscore-keys emulator    runs a stand-in of the API on this machine

  zkscore-keys COMMAND --help says more.

The account: ZKSCORE_TOKEN, and ZKSCORE_BASE_URL where it isn't the documented one.
Exit codes: 0 done, nothing found; 1 failed; 2 wrong arguments; 3 \`reconcile\` found something to look at.
`;

type Command = (argv: readonly string[]) => Promise<number>;

// Loaded on use: help and a wrong Node version need none of them.
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  list: async () => (await import("./list.ts")).list,
  usage: async () => (await import("./usage.ts")).usage,
  reconcile: async () => (await import("./reconcile.ts")).reconcile,
  emulator: async () => (await import("../emulator/main.ts")).runEmulator,
};

async function main([name = "", ...argv]: readonly string[]): Promise<number> {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 22 || (major === 22 && minor < 19)) {
    process.stderr.write(`zkscore-keys needs Node 22.19 or newer; this is ${process.versions.node}\n`);
    return 1;
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load !== undefined) return (await load())(argv);
  const help = ["--help", "-h", "help"].includes(name);
  (help ? process.stdout : process.stderr).write(USAGE);
  return help ? 0 : 2;
}

main(process.argv.slice(2))
  .catch((error: unknown) => explainFailure(error))
  .then((code) => {
    process.exitCode = code;
  });
