import { existsSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unpackInto } from "../packed.ts";
import { packageRoot } from "../root.ts";

/** A user's project: the packed package beside the SDKs, which are this clone's. */
export interface Project {
  folder: string;
  /** The package as its users have it. */
  installed: string;
  write(files: Readonly<Record<string, string>>): void;
}

export async function makeProject(): Promise<Project> {
  const folder = mkdtempSync(join(tmpdir(), "zkscore-types-"));
  const modules = join(folder, "node_modules");
  const installed = join(modules, "pulumi-zkscore");
  await unpackInto(installed, folder);
  mkdirSync(join(modules, "@types"));
  // Its dependencies are there, as npm would lay them: a type of zod's that got out shows all that follows from it.
  for (const name of ["zod", "undici", "@pulumi", "@types/node"]) {
    const target = join(packageRoot, "node_modules", name);
    if (!existsSync(target)) throw new Error(`${name} isn't installed in this clone. Run npm ci.`);
    symlinkSync(target, join(modules, name));
  }
  return {
    folder,
    installed,
    write: (files) => {
      for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    },
  };
}
