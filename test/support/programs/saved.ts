import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../../tools/root.ts";
import type { Case } from "./program.ts";

/** A case that once failed, as small as it gets: played first in every proof, and as a test. */
export interface Saved {
  /** What went wrong. */
  found: string;
  /** Where it was found; absent: written by hand. */
  from?: { seed: number; number: number };
  /** Part of `npm test`. */
  quick: boolean;
  case: Case;
}

const FOLDER = join(packageRoot, "test", "programs");

export function savedCases(): { name: string; saved: Saved }[] {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(".json"));
  const read = (file: string) => JSON.parse(readFileSync(join(FOLDER, file), "utf8")) as Saved; // written by `save`
  return files.sort().map((file) => ({ name: file.replace(/\.json$/, ""), saved: read(file) }));
}

/** Returns the name of the file. */
export function save(name: string, saved: Saved): string {
  const file = `${name}.json`;
  writeFileSync(join(FOLDER, file), `${JSON.stringify(saved, undefined, 2)}\n`);
  return file;
}
