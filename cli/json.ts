import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A text as JSON; undefined where it isn't any. */
export function jsonIn(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}

/** What the `.json` files of a folder hold, undefined for one that can't be read; none where the folder can't. */
export function jsonFilesIn(folder: string): unknown[] {
  let files: string[];
  try {
    files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  } catch {
    return [];
  }
  return files.map((file) => {
    try {
      return jsonIn(readFileSync(join(folder, file), "utf8"));
    } catch {
      return undefined;
    }
  });
}
