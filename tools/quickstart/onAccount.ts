import { spawn } from "node:child_process";
import { ownLines } from "../../provider/domain/shown.ts";
import { ensureEngine } from "../engine/ensureEngine.ts";
import { messageOf } from "../engine/errors.ts";
import { connection, quickstartEnv, withAccount } from "./workspace.ts";

/**
 * Runs a command on the quick start's stack and account, with this terminal, and takes over its exit code. An emulator
 * serves the account for the length of the command, unless ZKSCORE_TOKEN leads to another. With ZKSCORE_NOW its clock
 * stands there, so that rotation can be tried.
 */
export function runOnAccount(command: (pulumi: string) => [executable: string, ...args: string[]]): void {
  start(command).then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      process.stderr.write(`${ownLines(messageOf(error))}\n`);
      process.exitCode = 1;
    },
  );
}

async function start(command: (pulumi: string) => [executable: string, ...args: string[]]): Promise<number> {
  const engine = await ensureEngine();
  const [executable, ...args] = command(engine.pulumi);
  const env = { ...quickstartEnv(), ...engine.env };
  if (env["ZKSCORE_TOKEN"]) return run(executable, args, env);
  return withAccount((account) => run(executable, args, { ...env, ...connection(account) }), env["ZKSCORE_NOW"]);
}

function run(executable: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  // npm starts scripts in the package's folder; INIT_CWD is where the user stands.
  const child = spawn(executable, args, { cwd: process.env["INIT_CWD"] ?? process.cwd(), env, stdio: "inherit" });
  // Ctrl-C reaches the command too, and it ends in its own time.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(signal === null ? (code ?? 1) : 1));
  });
}
