import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Emulator } from "../../emulator/index.ts";
import type { Engine } from "../engine/ensureEngine.ts";
import { connection, without } from "../quickstart/workspace.ts";
import { packageRoot } from "../root.ts";
import { workspaceEnv } from "../workspace.ts";

/**
 * Copies an example into `folder`, as a person would, and gives the environment in which its `try.sh` runs there: Pulumi on
 * a local backend in the folder, this package as if installed, and the emulator's account and operator.
 */
export function prepareExample(example: string, folder: string, engine: Engine, account: Emulator): NodeJS.ProcessEnv {
  cpSync(join(packageRoot, "examples", example), folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(packageRoot, join(folder, "node_modules", "pulumi-zkscore"), "junction");
  return {
    ...workspaceEnv(folder, without("ZKSCORE_", process.env)),
    ...engine.env,
    ...connection(account),
    EMULATOR_OPERATOR: `${account.origin}/_operator`,
    EMULATOR_OPERATOR_TOKEN: account.operatorToken,
  };
}
