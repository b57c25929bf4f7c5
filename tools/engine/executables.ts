import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join } from "node:path";

const suffixes = process.platform === "win32" ? [".exe", ".cmd", ""] : [""];

/** The first executable file called `name` in `folders`, or undefined. */
export function findIn(folders: readonly string[], name: string): string | undefined {
  for (const folder of folders) {
    for (const suffix of suffixes) {
      const path = join(folder, name + suffix);
      if (isExecutable(path)) return path;
    }
  }
  return undefined;
}

/** The absolute folders of a PATH, in order. Relative entries are left out: their meaning changes with the directory. */
export function pathFolders(path: string | undefined): string[] {
  return (path ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
}

/** The folder an executable really lies in. The engine looks for its own plugins there, after PATH. */
export function realFolder(executable: string): string {
  return dirname(realpathSync(executable));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
