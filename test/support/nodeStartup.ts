import { join } from "node:path";
import { packageRoot } from "../../tools/root.ts";

/** Where Node keeps what it has compiled of the SDK and of this package; filled before the tests by `warmNode.ts`. */
export const compileCache = join(packageRoot, ".zkscore", "compile-cache");

/**
 * Variables with which the Node processes of a command start faster: most of what a command of the engine costs is the
 * loading of Pulumi's SDK, two or three times. With ZKSCORE_WHOLE=1 they start as a user's do.
 */
export function nodeStartup(): Record<string, string> {
  if (process.env["ZKSCORE_WHOLE"] === "1") return {};
  const onDemand = join(packageRoot, "test", "support", "sdkOnDemand.cjs");
  return { NODE_COMPILE_CACHE: compileCache, NODE_OPTIONS: `--require=${onDemand}` };
}
