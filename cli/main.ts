#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { say, watchOutput } from "./output.ts";

async function main(argv: readonly string[]): Promise<number> {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 22 || (major === 22 && minor < 19)) {
    say(`zkscore-keys needs Node 22.19 or newer; this is ${process.versions.node}`);
    return 1;
  }
  // Loaded here: an older Node may not be able to.
  const { zkscoreKeys } = await import("./program.ts");
  let code = 0;
  const program = zkscoreKeys(version(), async (work) => {
    code = await work();
  });
  await program.parseAsync(argv, { from: "user" });
  return code;
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
  .catch(async (error: unknown) => (await import("./failure.ts")).explainFailure(error))
  .then((code) => {
    process.exitCode = code === 0 && outputLost() ? 1 : code;
    // A write that fails tells so later.
    process.once("beforeExit", () => {
      if (code === 0 && outputLost()) process.exitCode = 1;
    });
  });
