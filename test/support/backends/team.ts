import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Emulator, startEmulator } from "../../../emulator/index.ts";
import { leaksIn } from "../canaries.ts";
import { faults, stateKeys } from "../crash/verdict.ts";
import { testEngine } from "../engine/find.ts";
import { type TestStackOptions, writeProject } from "../engine/project.ts";
import { createStack, openStack, type TestStack } from "../engine/stack.ts";
import { connection, keysProgram, READ_SCORES } from "../world.ts";
import type { Backend } from "./backend.ts";

/** The logical names of what a team's program declares. */
export const DECLARED = ["app", "web"];

const HOOK_SECRET = "canary-of-the-webhook-that-web-has";
const PASSPHRASE = "canary-of-the-passphrase";

/** `app` rotates with TRIGGER and keeps its old key for OVERLAP; `web` has a secret of its own. */
const PROGRAM = keysProgram({
  app: `{ ${READ_SCORES}, rotation: { trigger: process.env.TRIGGER ?? "1", overlap: process.env.OVERLAP || undefined } }`,
  web: `{ ${READ_SCORES}, webhooks: [{ url: "https://hooks.example.com/a", events: ["score.updated"], secret: "${HOOK_SECRET}" }] }`,
});

/** Two machines that work on one stack: each has its folder, its home of Pulumi and its folder for temporary files. */
export interface Team {
  readonly api: Emulator;
  /** The first machine, which made the stack. */
  readonly a: TestStack;
  readonly b: TestStack;
  /** What isn't as declared, in the account and in the state. Notes the secrets of the state, so that `leaks` looks for them. */
  wrong(): Promise<string[]>;
  /** Secrets in clear in what the backend stores, how many texts were looked at, and in how many an id was found: no secret. */
  leaks(): Promise<{ found: string[]; texts: number; withIds: number }>;
  dispose(): Promise<void>;
}

/** Makes a stack in a backend, with an account of its own. */
export async function createTeam(backend: Backend, project: string): Promise<Team> {
  const api = await startEmulator();
  const folders: string[] = [];
  const machine = (): TestStackOptions => {
    const temporary = mkdtempSync(join(tmpdir(), "zkscore-machine-"));
    folders.push(temporary);
    const env = {
      ...connection(api),
      ...backend.env,
      PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
      TMPDIR: temporary,
      // Kept, as a user's are: they may hold secrets, too.
      PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: undefined,
    };
    return { program: PROGRAM, project, env, timeoutMs: 300_000 };
  };
  const a = await createStack(machine());
  const b = await clone(a, machine());
  const secrets = new Map([
    ["webhook secret", HOOK_SECRET],
    ["passphrase", PASSPHRASE],
    ["management token", String(api.accounts[0]?.token)],
    ["password of the database", backend.env["PGPASSWORD"] ?? PASSPHRASE],
  ]);
  return {
    api,
    a,
    b,
    wrong: async () => {
      const keys = await stateKeys({ stack: b });
      for (const { keyId, apiKey } of keys) secrets.set(`secret of ${keyId}`, apiKey);
      return faults({ api, stack: b }, DECLARED, new Set());
    },
    leaks: async () => {
      const stored = [...(await backend.stored())].filter(([name]) => name.includes(`/${project}/`));
      const found = stored.flatMap(([name, text]) => leaksIn(text, secrets).map((it) => `${name}: ${it}`));
      const ids = api.keys().map(({ id }) => id);
      return {
        found,
        texts: stored.length,
        withIds: stored.filter(([, text]) => ids.some((id) => text.includes(id))).length,
      };
    },
    dispose: async () => {
      a.dispose();
      b.dispose();
      await api.close();
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The same project on another machine: the program and the stack's file, as they are in version control. */
async function clone(from: TestStack, options: TestStackOptions): Promise<TestStack> {
  const engine = await testEngine();
  const project = writeProject(engine, options);
  copyFileSync(join(from.folder, "Pulumi.dev.yaml"), join(project.folder, "Pulumi.dev.yaml"));
  return openStack(engine, project, options);
}
