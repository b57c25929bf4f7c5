import { dirname, join } from "node:path";
import { packageRoot } from "../root.ts";
import { EngineMissingError } from "./errors.ts";
import { findIn } from "./executables.ts";

const required = [22, 19] as const;

/** A Node that is new enough for the programs and the provider: this one, else the optional dependency's. */
export function suitableNode(): { readonly executable: string; readonly folder: string } {
  if (isNewEnough(process.versions.node)) return { executable: process.execPath, folder: dirname(process.execPath) };
  const folder = join(packageRoot, "node_modules", ".bin");
  const executable = findIn([folder], "node");
  if (executable !== undefined) return { executable, folder };
  throw new EngineMissingError(
    `Node ${process.versions.node} is too old, ${required.join(".")} or newer is needed, and the optional dependency that brings one is not installed. Run \`npm ci\` without --omit=optional, or update Node.`,
  );
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > required[0] || (major === required[0] && minor >= required[1]);
}
