import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { packageRoot } from "../root.ts";
import { buildEngine } from "./build.ts";
import { pinnedEngine } from "./cache.ts";
import { findIn, pathFolders, realFolder } from "./executables.ts";
import { hostVariable, nodeVariable, writeLanguageLauncher, writeProviderLauncher } from "./launchers.ts";
import { suitableNode } from "./node.ts";

/** A Pulumi engine that can run Node.js programs. */
export interface Engine {
  /** Absolute path of the `pulumi` executable. */
  readonly pulumi: string;
  /** What to add to the environment of every `pulumi` process: PATH, and where the stand-in language host lies. */
  readonly env: Readonly<Record<string, string>>;
  /** `installed` with its own language host, `installed+host` with our stand-in, `cached` from an earlier run, or `built` now. */
  readonly source: "installed" | "installed+host" | "cached" | "built";
}

/** Where to look and whom to tell. */
export interface EnsureEngineOptions {
  /** Default: this process's environment. PATH, HOME, XDG_CACHE_HOME and Go's variables count. */
  readonly env?: NodeJS.ProcessEnv;
  /** Receives progress, a line at a time. Default: stderr. */
  readonly say?: (line: string) => void;
}

/** The oldest installed engine that the stand-in language host works with: the lower end of the SDK's peer range. */
const oldestMinor = 216;

/**
 * Finds an engine: what is on PATH, else what an earlier run built, else builds one with Go.
 *
 * @throws EngineMissingError with the install link when none of these is possible.
 */
export async function ensureEngine(options: EnsureEngineOptions = {}): Promise<Engine> {
  const env = options.env ?? process.env;
  const say = options.say ?? ((line) => process.stderr.write(`${line}\n`));
  const installed = findInstalled(env);
  if (installed !== undefined) return installed;
  const pinned = pinnedEngine(env);
  const cached = findIn([pinned.folder], "pulumi") !== undefined;
  if (!cached) await buildEngine(pinned, env, say);
  // Beside the binary: the engine warns about language hosts that it finds elsewhere.
  writeLanguageLauncher(pinned.folder);
  writeProviderLauncher(pinned.folder);
  return describe(join(pinned.folder, "pulumi"), cached ? "cached" : "built", [pinned.folder], env);
}

function findInstalled(env: NodeJS.ProcessEnv): Engine | undefined {
  const folders = pathFolders(env["PATH"]);
  const pulumi = findIn(folders, "pulumi");
  if (pulumi === undefined) return undefined;
  const searched = [...folders, realFolder(pulumi)];
  const launchers = `${pinnedEngine(env).folder}-launchers`;
  const hasHost = findIn(searched, "pulumi-language-nodejs") !== undefined;
  if (!hasHost && !isRecent(pulumi)) return undefined;
  if (!hasHost) writeLanguageLauncher(launchers);
  const hasProvider = findIn(searched, "pulumi-resource-pulumi-nodejs") !== undefined;
  if (!hasProvider) writeProviderLauncher(launchers);
  return describe(pulumi, hasHost ? "installed" : "installed+host", hasHost && hasProvider ? [] : [launchers], env);
}

function isRecent(pulumi: string): boolean {
  const { stdout: version } = spawnSync(pulumi, ["version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const [, major, minor] = /^v?(\d+)\.(\d+)\./.exec(version ?? "") ?? [];
  return Number(major) === 3 && Number(minor) >= oldestMinor;
}

function describe(
  pulumi: string,
  source: Engine["source"],
  launchers: readonly string[],
  env: NodeJS.ProcessEnv,
): Engine {
  const node = suitableNode();
  const PATH = [node.folder, ...launchers, env["PATH"] ?? ""].join(delimiter);
  if (source === "installed") return { pulumi, source, env: { PATH } };
  const languageHost = join(packageRoot, "dist", "tools", "engine", "host", "main.js");
  if (!existsSync(languageHost)) throw new Error(`${languageHost} is missing. Run \`npm run build\`.`);
  return { pulumi, source, env: { PATH, [hostVariable]: languageHost, [nodeVariable]: node.executable } };
}
