import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { moduleFolder } from "./cache.ts";
import { EngineMissingError, messageOf } from "./errors.ts";
import { findIn, pathFolders } from "./executables.ts";

/** The Go that can build the engine, or an error that says what is missing. */
export function findGo(env: NodeJS.ProcessEnv): string {
  const go = findIn(pathFolders(env["PATH"]), "go");
  const needed = /^go (\S+)$/m.exec(readFileSync(join(moduleFolder, "go.mod"), "utf8"))?.[1] ?? "";
  if (go === undefined) {
    throw new EngineMissingError(
      `\`pulumi\` is not on PATH, and there is no Go (${needed} or newer) to build it from source.`,
    );
  }
  // Asked outside the module: inside it, an older Go would fetch a newer toolchain before it answers.
  const [version = "", toolchain = ""] = ask(go, ["env", "GOVERSION", "GOTOOLCHAIN"], env).split("\n");
  const canFetchNewer = !isOlder(version, "1.21") && !toolchain.startsWith("local");
  if (isOlder(version, needed) && !canFetchNewer) {
    throw new EngineMissingError(
      `\`pulumi\` is not on PATH, and ${version} is too old to build it: go ${needed} or newer is needed. Update Go, or unset GOTOOLCHAIN so that Go fetches the toolchain itself (Go 1.21 and newer).`,
    );
  }
  return go;
}

function ask(go: string, args: readonly string[], env: NodeJS.ProcessEnv): string {
  try {
    return execFileSync(go, args, { cwd: tmpdir(), env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    throw new EngineMissingError(`${go} does not run: ${messageOf(error)}`, { cause: error });
  }
}

function isOlder(version: string, than: string): boolean {
  const left = numbers(version);
  const right = numbers(than);
  const at = right.findIndex((part, index) => (left[index] ?? 0) !== part);
  return at >= 0 && (left[at] ?? 0) < (right[at] ?? 0);
}

function numbers(version: string): number[] {
  return (version.match(/\d+/g) ?? []).map(Number);
}
