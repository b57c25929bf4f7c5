import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { makeFolder, moduleFolder, type Pinned, publish } from "./cache.ts";
import { EngineMissingError } from "./errors.ts";
import { findIn } from "./executables.ts";
import { findGo } from "./go.ts";
import { withLock } from "./lock.ts";
import { type Progress, watchProgress } from "./progress.ts";

const cli = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const versionVariable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/** Builds the pinned engine into its cache folder. Only one process builds at a time; the others wait for it. */
export async function buildEngine(pinned: Pinned, env: NodeJS.ProcessEnv, say: (line: string) => void): Promise<void> {
  const go = findGo(env);
  const parent = dirname(pinned.folder);
  makeFolder(parent);
  const onWait = (pid: number) => say(`Process ${pid} is building the Pulumi engine already; waiting for it.`);
  await withLock(`${pinned.folder}.lock`, onWait, async () => {
    if (findIn([pinned.folder], "pulumi") !== undefined) return;
    removeAbandoned(`${pinned.folder}.building-`);
    const target = mkdtempSync(`${pinned.folder}.building-`);
    say(
      `Building the Pulumi engine ${pinned.version} with Go, once for this user: 4 to 6 minutes on two cores, 3 GB of Go caches.`,
    );
    const progress = watchProgress(say);
    try {
      await compile(go, pinned.version, join(target, "pulumi"), env, progress);
    } catch (error) {
      rmSync(target, { recursive: true, force: true });
      throw error;
    } finally {
      progress.stop();
    }
    publish(target, pinned.folder);
    say(`Built in ${progress.seconds()} s.`);
  });
}

/** A build that was killed leaves its folder behind. Only called under the lock. */
function removeAbandoned(prefix: string): void {
  for (const name of readdirSync(dirname(prefix))) {
    if (name.startsWith(basename(prefix))) rmSync(join(dirname(prefix), name), { recursive: true, force: true });
  }
}

function compile(
  go: string,
  version: string,
  output: string,
  env: NodeJS.ProcessEnv,
  progress: Progress,
): Promise<void> {
  const ldflags = `-s -w -X ${versionVariable}=v${version}`;
  const args = ["build", "-v", "-mod=readonly", "-buildvcs=false", "-trimpath", "-ldflags", ldflags, "-o", output, cli];
  // The user's GOOS, GOARCH or workspace would build something else than what go.sum pins for this machine.
  const { GOOS: _os, GOARCH: _arch, ...rest } = env;
  const child = spawn(go, args, {
    cwd: moduleFolder,
    env: { ...rest, HOME: env["HOME"] || homedir(), GOWORK: "off" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => progress.read(text));
  return new Promise((resolve, reject) => {
    child.on("error", (error) =>
      reject(new EngineMissingError(`${go} does not run: ${error.message}`, { cause: error })),
    );
    child.on("close", (code) => {
      if (code === 0) return resolve();
      const hint = "Go needs its module proxy (GOPROXY) and about 3 GB of free disk.";
      reject(new EngineMissingError(`building it with ${go} failed (exit code ${code}). ${hint}\n${progress.tail()}`));
    });
  });
}
