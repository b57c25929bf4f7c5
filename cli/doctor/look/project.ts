import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** The Pulumi project of a folder. */
export interface Project {
  file: string;
  /** Where its program lies: packages are resolved from here. */
  program: string;
  name: string | undefined;
  /** `refresh: always`; undefined where the file can't be read that far. */
  refreshAlways: boolean | undefined;
}

/** Finds Pulumi.yaml in this folder or above it, as Pulumi does. */
export function findProject(cwd: string): Project | undefined {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const file = ["Pulumi.yaml", "Pulumi.yml"].map((name) => join(folder, name)).find((one) => existsSync(one));
    if (file !== undefined) return readProject(file);
    if (dirname(folder) === folder) return undefined;
  }
}

function readProject(file: string): Project {
  let text = "";
  try {
    text = readFileSync(file, "utf8");
  } catch {
    // Nothing of it is known then.
  }
  const main = topLevel(text, "main");
  const program = main === undefined ? dirname(file) : resolve(dirname(file), main);
  const folder = existsSync(program) && statSync(program).isFile() ? dirname(program) : program;
  return { file, program: folder, name: topLevel(text, "name"), refreshAlways: refreshAlways(text) };
}

/** A word at the top of the file. */
function topLevel(text: string, key: string): string | undefined {
  const value = new RegExp(`^${key}:[ \\t]+(.+)$`, "m").exec(text)?.[1];
  return value === undefined ? undefined : word(value);
}

/**
 * Whether `options` says `refresh: always`, in either style. Undefined where the file uses what this doesn't read (anchors,
 * tabs, several lines in braces): a guess would be worse.
 */
export function refreshAlways(text: string): boolean | undefined {
  const lines = text.split(/\r?\n/).map((line) => line.replace(/(^|\s)#.*$/, "").trimEnd());
  const at = lines.findIndex((line) => /^options[ ]*:/.test(line));
  if (at < 0) return /^\s*[{&*\t]/m.test(text) || text === "" ? undefined : false;
  const rest = (lines[at] ?? "").replace(/^options[ ]*:[ ]*/, "");
  if (rest !== "") {
    const inside = /^\{(.*)\}$/.exec(rest)?.[1];
    return inside === undefined ? undefined : says(inside.split(","));
  }
  const block = lines.slice(at + 1);
  const end = block.findIndex((line) => /^\S/.test(line));
  const own = (end < 0 ? block : block.slice(0, end)).filter((line) => line !== "");
  return own.some((line) => /[\t&*]|<</.test(line)) ? undefined : says(own);
}

function says(entries: readonly string[]): boolean {
  return entries.some((entry) => {
    const [, key = "", value = ""] = /^\s*([^:]+):\s+(.*)$/.exec(entry) ?? [];
    return word(key) === "refresh" && word(value) === "always";
  });
}

function word(text: string): string {
  const plain = text.replace(/\s+#.*$/, "").trim();
  return /^(["']).*\1$/.test(plain) ? plain.slice(1, -1) : plain;
}
