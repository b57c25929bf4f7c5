import { spawn } from "node:child_process";
import type { Engine } from "../engine/ensureEngine.ts";
import { packageRoot } from "../root.ts";

/** A `pulumi` command that didn't succeed. What it printed has been shown. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";

  constructor(args: readonly string[], how: string) {
    super(`\`pulumi ${args.join(" ")}\` ${how}`);
  }
}

/** Runs the Pulumi CLI in the clone. */
export interface Pulumi {
  /** With its output on this terminal. */
  show(...args: string[]): Promise<void>;
  /** Returns what it prints on stdout. `input` goes to its stdin. */
  read(args: readonly string[], input?: string): Promise<string>;
}

/** The CLI of `engine`, with the environment `env`. */
export function pulumiCli(engine: Engine, env: NodeJS.ProcessEnv): Pulumi {
  const run = (args: readonly string[], input: string | undefined, capture: boolean): Promise<string> =>
    new Promise((resolve, reject) => {
      const child = spawn(engine.pulumi, args, {
        cwd: packageRoot,
        env: { ...env, ...engine.env },
        stdio: [input === undefined ? "ignore" : "pipe", capture ? "pipe" : "inherit", "inherit"],
      });
      let printed = "";
      child.stdout?.setEncoding("utf8").on("data", (text: string) => {
        printed += text;
      });
      child.stdin?.on("error", () => {}); // it may end without reading; its exit code says why
      child.stdin?.end(input);
      child.on("error", reject);
      child.on("close", (code, signal) => {
        if (code === 0) resolve(printed);
        else
          reject(new CommandFailed(args, signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`));
      });
    });
  return {
    show: async (...args) => void (await run(args, undefined, false)),
    read: (args, input) => run(args, input, true),
  };
}
