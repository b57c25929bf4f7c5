import { spawn } from "node:child_process";
import { ensureEngine } from "./engine/ensureEngine.ts";
import { messageOf } from "./engine/errors.ts";
import { connection, quickstartEnv, withAccount } from "./quickstart/workspace.ts";

/**
 * `npm run pulumi -- ARGS`: the Pulumi CLI on the quick start's local backend. An emulator serves the quick start's
 * account for the length of the command, unless ZKSCORE_TOKEN leads to another. With ZKSCORE_NOW its clock stands
 * there, so that rotation can be tried.
 */
async function main(args: readonly string[]): Promise<number> {
  const engine = await ensureEngine();
  const env = { ...quickstartEnv(), ...engine.env };
  if (env["ZKSCORE_TOKEN"]) return run(engine.pulumi, args, env);
  const now = env["ZKSCORE_NOW"];
  return withAccount((account) => run(engine.pulumi, args, { ...env, ...connection(account) }), now || undefined);
}

function run(pulumi: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  // npm starts scripts in the package's folder; INIT_CWD is where the user stands.
  const child = spawn(pulumi, args, { cwd: process.env["INIT_CWD"] ?? process.cwd(), env, stdio: "inherit" });
  // Ctrl-C reaches the CLI too, and the CLI ends in its own time.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(signal === null ? (code ?? 1) : 1));
  });
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  },
);
