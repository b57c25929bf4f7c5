import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** Absolute path of this package's folder, whether the caller runs from source or from `dist`. */
export const packageRoot = findRoot(__dirname);

function findRoot(from: string): string {
  if (existsSync(join(from, "package.json")) && existsSync(join(from, "tools", "engine", "go.mod"))) return from;
  const parent = dirname(from);
  if (parent === from) {
    throw new Error(
      `Cannot find the pulumi-zkscore checkout above ${__dirname}: these tools belong to the repository, not to the published package. Run them from a clone.`,
    );
  }
  return findRoot(parent);
}
