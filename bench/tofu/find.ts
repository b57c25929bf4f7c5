import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheRoot } from "../../tools/engine/cache.ts";
import { findIn, pathFolders } from "../../tools/engine/executables.ts";

const TOFU = { module: "github.com/opentofu/opentofu", version: "v1.12.6", main: "./cmd/tofu" };
const RESTAPI = { module: "github.com/Mastercard/terraform-provider-restapi", version: "v3.0.0", main: "." };

/** The two executables. */
export interface Tofu {
  readonly tofu: string;
  readonly restapi: string;
}

/** From PATH, else what an earlier run built, else built with Go; or the reason why there are none, in one line. */
export function findTofu(say: (line: string) => void): Tofu | string {
  const folder = join(cacheRoot(process.env), `bench-tofu-${TOFU.version}-${RESTAPI.version}`);
  try {
    // The small one first: a proxy that doesn't have it is found out in a second.
    const restapi = findOrBuild("terraform-provider-restapi", RESTAPI, folder, say);
    return { tofu: findOrBuild("tofu", TOFU, folder, say), restapi };
  } catch (error) {
    // A border: what a command printed comes with its error.
    const { stderr = "", stdout = "", message } = error as Error & { stderr?: string; stdout?: string };
    const said = /"Error": "(.*)"/.exec(stdout)?.[1] ?? (stderr.trim() || message);
    return `tofu is left out: ${said.replaceAll("\\n\\t", " ").replaceAll("\n", " ").slice(0, 300)}`;
  }
}

function findOrBuild(name: string, source: typeof TOFU, folder: string, say: (line: string) => void): string {
  const found = findIn([...pathFolders(process.env["PATH"]), folder], name);
  if (found !== undefined) return found;
  say(`Building ${name} ${source.version} with Go, once for this user (OpenTofu: some 10 minutes on two cores).`);
  const work = mkdtempSync(join(tmpdir(), "bench-tofu-"));
  const go = (args: readonly string[], cwd: string) =>
    execFileSync("go", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 2 ** 26 });
  try {
    writeFileSync(join(work, "go.mod"), "module bench\n");
    const { Dir } = JSON.parse(go(["mod", "download", "-json", `${source.module}@${source.version}`], work));
    // Built as the main module, from a copy: only so do its own `replace` lines hold.
    const copy = join(work, "source");
    cpSync(Dir, copy, { recursive: true });
    execFileSync("chmod", ["-R", "u+w", copy]);
    mkdirSync(folder, { recursive: true });
    go(["build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", join(folder, name), source.main], copy);
    return join(folder, name);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
