import { spawn } from "node:child_process";
import { ensureEngine } from "./engine/ensureEngine.ts";
import { messageOf } from "./engine/errors.ts";
import { quickstartFolder, workspaceEnv } from "./workspace.ts";

/** `npm run pulumi -- ARGS`: the Pulumi CLI on the quick start's local backend. */
async function main(args: readonly string[]): Promise<void> {
  const engine = await ensureEngine();
  const child = spawn(engine.pulumi, args, {
    // npm starts scripts in the package's folder; INIT_CWD is where the user stands.
    cwd: process.env["INIT_CWD"] ?? process.cwd(),
    env: { ...workspaceEnv(quickstartFolder), ...engine.env },
    stdio: "inherit",
  });
  // Ctrl-C reaches the CLI too, and the CLI ends in its own time.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("error", fail);
  child.on("close", (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 1;
  });
}

function fail(error: unknown): void {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}

main(process.argv.slice(2)).catch(fail);
