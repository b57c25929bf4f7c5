import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Engine } from "../../../tools/engine/ensureEngine.ts";
import { packageRoot } from "../../../tools/root.ts";
import { whole } from "../share.ts";
import type { Project, TestStackOptions } from "./project.ts";

/**
 * Makes the project's stack: by `pulumi stack init`, or by a copy of what that command has once made for the same names.
 * Half of what the command takes is the derivation of a key from the passphrase. Whole runs always use the command.
 */
export async function makeStack(
  engine: Engine,
  project: Project,
  { project: name = "test", stack = "dev", env = {} }: TestStackOptions,
  init: () => Promise<unknown>,
): Promise<void> {
  const usual = name === "test" && stack === "dev" && Object.keys(env).every((one) => !one.startsWith("PULUMI_"));
  if (whole || !usual) return void (await init());
  const template = templateFolder(engine);
  if (existsSync(template)) {
    copyStack(template, project.folder);
    return;
  }
  await init();
  // Another process may make the same at the same time: the first one stays.
  const mine = `${template}.${process.pid}`;
  copyStack(project.folder, mine);
  try {
    renameSync(mine, template);
  } catch {
    rmSync(mine, { recursive: true, force: true });
  }
}

/** One for each engine: the state's format is its own. */
function templateFolder({ pulumi }: Engine): string {
  const id = sha1(`${pulumi} ${statSync(pulumi).mtimeMs}`).slice(0, 12);
  return join(packageRoot, ".zkscore", `stack-${id}`);
}

function copyStack(from: string, to: string): void {
  mkdirSync(join(to, "home", "workspaces"), { recursive: true });
  cpSync(join(from, "state"), join(to, "state"), { recursive: true });
  cpSync(join(from, "Pulumi.dev.yaml"), join(to, "Pulumi.dev.yaml"));
  // The selected stack: a file named after the project's path, which holds the backend's.
  const [selected = ""] = readdirSync(join(from, "home", "workspaces"));
  const text = readFileSync(join(from, "home", "workspaces", selected), "utf8");
  const here = text.replace(/file:[^"?]*\/state/, pathToFileURL(join(to, "state")).href);
  writeFileSync(join(to, "home", "workspaces", `test-${sha1(join(to, "Pulumi.yaml"))}-workspace.json`), here);
}

function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}
