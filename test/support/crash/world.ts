import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Emulator, startEmulator } from "../../../emulator/index.ts";
import { encodeMarker } from "../../../provider/domain/marker.ts";
import { packageRoot } from "../../../tools/root.ts";
import { ask } from "../emulator.ts";
import type { Outcome } from "../engine/command.ts";
import { testEngine } from "../engine/find.ts";
import { type TestStackOptions, writeProject } from "../engine/project.ts";
import { createStack, openStack, succeed, type TestStack } from "../engine/stack.ts";
import { BEFORE, crashProgram, type Setting } from "./program.ts";

const TOKEN = "management-token-of-the-crash-proof";
const OPERATOR = "operator-token-of-the-crash-proof";
const READ = [{ resource: "scores", actions: ["read"] }];

/** Keys of the account that no run of this stack may touch. */
export interface Bystanders {
  /** Made by hand, used; a cell may adopt it. */
  foreign: { keyId: string; apiKey: string };
  /** Of another stack with equal project, stack and logical names, never used: but for its identity it looks like a leftover. */
  twin: string;
}

/** An account and a stack, recorded once and copied for every cell. */
export interface Recording extends Bystanders {
  setting: Partial<Setting>;
  empty: string;
  base: string;
  full: string;
  dispose(): void;
}

/** One cell's own account and stack. */
export interface CrashWorld {
  api: Emulator;
  stack: TestStack;
  live(): Set<string>;
  /** Makes a key that no stack knows. */
  make(body: unknown): Promise<{ keyId: string; apiKey: string }>;
  /** The state as the engine wrote it, secrets encrypted. */
  checkpoint(): CheckpointResource[];
  locked(): boolean;
  /** What the commands printed so far. */
  story: string[];
  /** The outcome of a command that must succeed; goes into the story. */
  tell(command: Promise<Outcome>): Promise<void>;
  dispose(): Promise<void>;
}

export interface CheckpointResource {
  urn: string;
  type: string;
  delete?: boolean;
  outputs?: Record<string, unknown>;
}

/** Runs the two `up`s that all start from. */
export async function record(setting: Partial<Setting> = {}): Promise<Recording> {
  const folder = join(packageRoot, ".zkscore", "crash", `${process.pid}-${Date.now()}`);
  const data = join(folder, "account");
  mkdirSync(data, { recursive: true });
  let api = await account(data);
  const stack = await createStack({ ...projectOptions(api), program: crashProgram(undefined, setting) });
  installPackage(folder);
  const save = async (name: "empty" | "base" | "full") => {
    await api.close(); // the databases are copied when nothing is left in their logs
    const to = join(folder, name);
    cpSync(data, join(to, "account"), { recursive: true });
    cpSync(stack.folder, join(to, "project"), { recursive: true, filter: (path) => !path.endsWith("/home") });
    api = await account(data);
    return to;
  };
  try {
    const foreign = await post(api, { name: "made-by-hand", permissions: READ });
    await api.use(foreign.apiKey);
    const twin = await post(api, { name: "twin", permissions: READ, metadata: twinMarker() });
    const empty = await save("empty");
    await succeed(stack.up([], { ZKSCORE_BASE_URL: api.url }));
    const base = await save("base");
    stack.setProgram(crashProgram(BEFORE, setting));
    await succeed(stack.up([], { ZKSCORE_BASE_URL: api.url }));
    const full = await save("full");
    const dispose = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    return { setting, empty, base, full, foreign, twin: twin.keyId, dispose };
  } finally {
    stack.dispose();
    await api.close();
  }
}

/** A copy of a recorded account and its stack. */
export async function openCrashWorld(
  recorded: string,
  options: { updates: "patch" | "replace"; refreshAlways: boolean },
): Promise<CrashWorld> {
  const engine = await testEngine();
  const data = `${recorded}-${Math.random().toString(36).slice(2)}`;
  cpSync(join(recorded, "account"), data, { recursive: true });
  const api = await account(data);
  api.setMode({ updates: options.updates === "patch" ? "patch" : 404 });
  const about = { ...projectOptions(api, options.updates), refreshAlways: options.refreshAlways };
  const project = writeProject(engine, { ...about, program: "" });
  for (const part of ["state", "Pulumi.dev.yaml"]) {
    cpSync(join(recorded, "project", part), join(project.folder, part), { recursive: true });
  }
  installInto(project.folder, join(recorded, ".."));
  const stack = openStack(engine, project, { ...about, program: "" });
  const pulumi = join(project.folder, "state", ".pulumi");
  const story: string[] = [];
  return {
    api,
    stack,
    story,
    tell: async (command) => void story.push((await succeed(command)).output),
    live: () => new Set(liveKeys(api)),
    make: (body) => post(api, body),
    checkpoint: () => {
      const file = JSON.parse(readFileSync(join(pulumi, "stacks", "test", "dev.json"), "utf8"));
      return file.checkpoint.latest?.resources ?? [];
    },
    locked: () => readdirSync(pulumi, { recursive: true }).some((path) => /^locks.*\.json$/.test(String(path))),
    dispose: async () => {
      stack.dispose();
      await api.close();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** Keeps the package as it is built now: a build during a long proof must not change what is proved. */
function installPackage(folder: string): void {
  for (const part of ["package.json", "dist"]) {
    cpSync(join(packageRoot, part), join(folder, "package", part), { recursive: true });
  }
}

/** Installs that package in a project, as npm would. */
function installInto(project: string, folder: string): void {
  mkdirSync(join(project, "node_modules"));
  symlinkSync(join(folder, "package"), join(project, "node_modules", "pulumi-zkscore"));
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "crash-proof" }));
}

/** Takes `refresh: always` out of the project, or puts it in. */
export function setRefreshAlways(stack: TestStack, always: boolean): void {
  const file = join(stack.folder, "Pulumi.yaml");
  const lines = readFileSync(file, "utf8").split("\n");
  const rest = lines.filter((line) => !line.startsWith("options:"));
  writeFileSync(file, [...(always ? ["options: { refresh: always }"] : []), ...rest].join("\n"));
}

export function liveKeys(api: Emulator): string[] {
  return api.keys().flatMap(({ id, status }) => (status === "active" || status === "inactive" ? [id] : []));
}

function account(dataDir: string): Promise<Emulator> {
  return startEmulator({ dataDir, accounts: [{ token: TOKEN }], operatorToken: OPERATOR });
}

function projectOptions(api: Emulator, updates = "replace"): Omit<TestStackOptions, "program"> {
  return {
    language: "js",
    env: { ZKSCORE_BASE_URL: api.url, ZKSCORE_TOKEN: TOKEN, ZKSCORE_UPDATES: updates },
  };
}

function twinMarker(): Record<string, string> {
  const names = { project: "test", stack: "dev", name: "subject" };
  return encodeMarker({
    ...names,
    identity: "of-a-twin",
    owner: "f".repeat(32),
    attempt: "0",
    retires: [],
    keep: false,
  });
}

async function post(api: Emulator, body: unknown): Promise<{ keyId: string; apiKey: string }> {
  const { json } = await ask(`${api.url}/developer/keys`, TOKEN, "POST", body);
  // The emulator's own answer.
  const { keyId, apiKey } = json as { keyId: string; apiKey: string };
  return { keyId, apiKey };
}
