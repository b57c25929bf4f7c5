import { spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { startEmulator } from "../emulator/index.ts";
import { ensureEngine } from "./engine/ensureEngine.ts";
import { prepareExample } from "./example/workspace.ts";
import { exitWith } from "./exitWith.ts";
import { packageRoot } from "./root.ts";
import { quickstartFolder } from "./workspace.ts";

/** `npm run example -- NAME`: runs an example's `try.sh` in a copy of its folder, on an emulator that ends with it. */
async function main(example = ""): Promise<number> {
  if (!/^[\w-]+$/.test(example) || !existsSync(join(packageRoot, "examples", example, "try.sh"))) {
    process.stderr.write("npm run example -- NAME, where examples/NAME has a try.sh\n");
    return 2;
  }
  const engine = await ensureEngine();
  const account = await startEmulator();
  const folder = join(quickstartFolder, "examples", example);
  rmSync(folder, { recursive: true, force: true });
  try {
    const env = prepareExample(example, folder, engine, account);
    // -v shows each command as it is written: no secret in it.
    const child = spawn("sh", ["-v", "try.sh"], { cwd: folder, env, stdio: "inherit" });
    process.on("SIGINT", () => {}); // Ctrl-C reaches the script, too
    return await new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve(code ?? 1));
    });
  } finally {
    await account.close();
  }
}

void exitWith(main(process.argv[2]));
