import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { packageRoot } from "./root.ts";

const run = promisify(execFile);

/** Packs the package as it is built, as a release would be. Gives the tarball's path, in `folder`. */
export async function packInto(folder: string): Promise<string> {
  const bin = join(packageRoot, "node_modules", ".bin"); // this clone's Node and npm's scripts
  const env = { ...process.env, PATH: [bin, process.env["PATH"]].join(delimiter) };
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const { stdout } = await run("npm", args, { cwd: packageRoot, env });
  const [packed]: unknown[] = Object.values(Object(JSON.parse(stdout)));
  return join(folder, Object(packed).filename);
}

/** Packs it, and lays out in `installed` what `npm install` of the tarball leaves there, without its dependencies. */
export async function unpackInto(installed: string, folder: string): Promise<void> {
  const tarball = await packInto(folder);
  mkdirSync(installed, { recursive: true });
  await run("tar", ["-xzf", tarball, "--strip-components=1", "-C", installed]);
}
