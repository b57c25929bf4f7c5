import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "../../../tools/engine/ensureEngine.ts";
import { packageRoot } from "../../../tools/root.ts";
import { workspaceEnv } from "../../../tools/workspace.ts";
import { nodeStartup } from "../nodeStartup.ts";
import { runVariable } from "./processes.ts";

/** Variables for one command, over the stack's own. Undefined removes one. */
export type Env = Readonly<Record<string, string | undefined>>;

/** A project with one stack, made for one test. */
export interface TestStackOptions {
  /** Text of the program. It may import `pulumi-zkscore`: the project lies inside this repository. */
  readonly program: string;
  /** Default `ts`: Node strips the types. `js` is CommonJS. */
  readonly language?: "ts" | "js";
  /** `refresh: always` in Pulumi.yaml, as the documentation recommends. Default true. */
  readonly refreshAlways?: boolean;
  /** Stack configuration in clear: `{ "zkscore:plan": "pro" }`. */
  readonly config?: Readonly<Record<string, string>>;
  /** Stack configuration, encrypted. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** For every command: ZKSCORE_TOKEN, ZKSCORE_BASE_URL, ... Nothing that starts with ZKSCORE_ or PULUMI_ is inherited. */
  readonly env?: Env;
  /** Default "test". */
  readonly project?: string;
  /** Default "dev". */
  readonly stack?: string;
  /** A command that takes longer is killed and its promise rejects. Default 120 000. */
  readonly timeoutMs?: number;
}

/** The project on disk and the environment that belongs to it. */
export interface Project {
  readonly folder: string;
  readonly marker: string;
  readonly env: NodeJS.ProcessEnv;
  readonly setProgram: (text: string) => void;
}

/** Writes the project into a git-ignored folder of this repository, so that it sees this very package. */
export function writeProject(engine: Engine, options: TestStackOptions): Project {
  const marker = randomBytes(8).toString("hex");
  const folder = join(packageRoot, ".zkscore", "test", marker);
  mkdirSync(folder, { recursive: true });
  const main = `index.${options.language ?? "ts"}`;
  const setProgram = (text: string) => writeFileSync(join(folder, main), text);
  setProgram(options.program);
  writeFileSync(join(folder, "Pulumi.yaml"), pulumiYaml(main, options));
  const inherited = Object.entries(process.env).filter(([name]) => !/^(ZKSCORE_|VITEST|NODE_OPTIONS$)/.test(name));
  const env = {
    ...workspaceEnv(folder, Object.fromEntries(inherited)),
    ...engine.env,
    ...nodeStartup(),
    ...options.env,
    [runVariable]: marker,
  };
  return { folder, marker, env, setProgram };
}

function pulumiYaml(main: string, options: TestStackOptions): string {
  return [
    `name: ${options.project ?? "test"}`,
    "runtime: { name: nodejs, options: { typescript: false } }",
    `main: ${main}`,
    ...(options.refreshAlways === false ? [] : ["options: { refresh: always }"]),
    "",
  ].join("\n");
}
