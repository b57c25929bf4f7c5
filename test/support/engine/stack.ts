import { rmSync } from "node:fs";
import type { Engine } from "../../../tools/engine/ensureEngine.ts";
import { type Outcome, type Running, startCommand } from "./command.ts";
import { testEngine } from "./find.ts";
import { makeStack } from "./freshStack.ts";
import { killHard, pidsOf } from "./processes.ts";
import { type Env, type Project, type TestStackOptions, writeProject } from "./project.ts";

/** Runs the real engine on one project. `args` are added to the command line, `env` holds for that command. */
export interface TestStack {
  readonly folder: string;
  up(args?: readonly string[], env?: Env): Promise<Outcome>;
  preview(args?: readonly string[], env?: Env): Promise<Outcome>;
  refresh(args?: readonly string[], env?: Env): Promise<Outcome>;
  destroy(args?: readonly string[], env?: Env): Promise<Outcome>;
  /** Takes away the lock that a killed engine left. */
  cancel(env?: Env): Promise<Outcome>;
  /** Any command, as it stands: `run(["state", "delete", urn, "--yes"])`. */
  run(args: readonly string[], env?: Env): Promise<Outcome>;
  /** The state. Secrets are encrypted unless `--show-secrets` is among the arguments. */
  export(args?: readonly string[]): Promise<Checkpoint>;
  /** The stack's outputs, secrets in clear. */
  outputs(): Promise<Record<string, unknown>>;
  /** Throws, with the engine's output, when a preview fails or would change something. */
  expectNoChanges(env?: Env): Promise<void>;
  /** Starts `up` (or the command given) without waiting; `kill()` of the result kills the engine alone. */
  start(args?: readonly string[], env?: Env): Running;
  /** The dynamic-provider processes of this stack that live now. */
  providerPids(): number[];
  /** Every process of this stack whose command line contains `part`. */
  pids(part?: string): number[];
  setProgram(text: string): void;
  /** Kills what is left of this stack's processes and removes its folder. */
  dispose(): void;
}

/** What `pulumi stack export` prints, as far as tests look at it. */
export interface Checkpoint {
  readonly deployment: {
    readonly resources?: readonly StateResource[];
    readonly pending_operations?: readonly unknown[];
  };
}

/** A resource in the state. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly delete?: boolean;
  readonly initErrors?: readonly string[];
  readonly inputs?: Record<string, unknown>;
  readonly outputs?: Record<string, unknown>;
}

const quiet = ["--non-interactive", "--color", "never"];
const unattended = ["--yes", "--skip-preview", ...quiet];

/** Makes a project and its stack. Call `dispose` at the end of the test, also of a failed one. */
export async function createStack(options: TestStackOptions): Promise<TestStack> {
  const engine = await testEngine();
  const project = writeProject(engine, options);
  const stack = openStack(engine, project, options);
  const name = stackName(options);
  await makeStack(engine, project, options, () => succeed(stack.run(["stack", "init", name, ...quiet])));
  const settings = [...pairs("--plaintext", options.config), ...pairs("--secret", options.secrets)];
  if (settings.length > 0) await succeed(stack.run(["config", "set-all", "--stack", name, ...settings]));
  return stack;
}

/** A stack that exists in the project's backend. */
export function openStack(engine: Engine, project: Project, options: TestStackOptions): TestStack {
  const launch = (args: readonly string[], env: Env = {}) =>
    startCommand(engine.pulumi, args, {
      cwd: project.folder,
      env: { ...project.env, ...env },
      timeoutMs: options.timeoutMs ?? 120_000,
    });
  return commands(project, stackName(options), launch);
}

function stackName(options: TestStackOptions): string {
  return options.stack ?? "dev";
}

/** The outcome of a command that must succeed; otherwise an error that holds what it printed. */
export async function succeed(command: Promise<Outcome>): Promise<Outcome> {
  const outcome = await command;
  if (outcome.code !== 0) throw new Error(`Exit code ${outcome.code}:\n${outcome.output}`);
  return outcome;
}

function commands(project: Project, name: string, launch: (args: readonly string[], env?: Env) => Running): TestStack {
  const run = (args: readonly string[], env?: Env) => launch(args, env).done;
  const operation =
    (verb: string, flags: readonly string[]) =>
    (args: readonly string[] = [], env?: Env) =>
      run([verb, "--stack", name, ...flags, ...args], env);
  const preview = operation("preview", quiet);
  const json = async (args: readonly string[]): Promise<unknown> =>
    JSON.parse((await succeed(run([...args, "--stack", name]))).stdout);
  const pids = (part?: string) => pidsOf(project.marker, part);
  return {
    folder: project.folder,
    up: operation("up", unattended),
    preview,
    refresh: operation("refresh", unattended),
    destroy: operation("destroy", unattended),
    cancel: (env) => run(["cancel", name, "--yes"], env),
    run,
    // The format of the engine's own command, version 3.
    export: async (args = []) => (await json(["stack", "export", ...args])) as Checkpoint,
    // Likewise: an object by output name.
    outputs: async () => (await json(["stack", "output", "--json", "--show-secrets"])) as Record<string, unknown>,
    expectNoChanges: async (env) => void (await succeed(preview(["--expect-no-changes", "--diff"], env))),
    start: (args = ["up", "--stack", name, ...unattended], env) => launch(args, env),
    providerPids: () => pids("cmd/dynamic-provider"),
    pids,
    setProgram: project.setProgram,
    dispose: () => {
      killHard(pids());
      rmSync(project.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

function pairs(flag: string, values: Readonly<Record<string, string>> = {}): string[] {
  return Object.entries(values).flatMap(([key, value]) => [flag, `${key}=${value}`]);
}
