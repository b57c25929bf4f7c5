import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../../tools/root.ts";
import type { Case } from "./program.ts";

/** A case that once failed, shrunk: played first in every run, and as a test. */
export interface Saved {
  /** What went wrong. */
  found: string;
  /** Where it was found. */
  seed: number;
  number: number;
  case: Case;
}

const FOLDER = join(packageRoot, "test", "programs");

export function savedCases(): { file: string; saved: Saved }[] {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(".json"));
  // Written by `save`.
  return files.sort().map((file) => ({ file, saved: JSON.parse(readFileSync(join(FOLDER, file), "utf8")) as Saved }));
}

/** Returns the name of the file. */
export function save(saved: Saved): string {
  const file = `seed-${saved.seed}-${saved.number}.json`;
  writeFileSync(join(FOLDER, file), `${JSON.stringify(saved, undefined, 2)}\n`);
  return file;
}
