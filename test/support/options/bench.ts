import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { JournalEntry, KeyView } from "../../../emulator/index.ts";
import { type Canaries, leaksIn } from "../canaries.ts";
import type { Outcome } from "../engine/command.ts";
import { START } from "../host/world.ts";
import { createWorld, type World } from "../world.ts";
import { FLOOR_LOG } from "./kit.mts";
import { type HeldKey, heldKeys, stateText } from "./stateFile.ts";

export type Verb = "up" | "preview" | "refresh" | "destroy";

/** A call that the floor's provider got. */
interface FloorCall {
  call: string;
  name: string;
  /** What a `create` was given. */
  told?: string;
}

export interface Write {
  operation: JournalEntry["operation"];
  keyId: string | null;
  /** Logical name that the key carries; empty where no key was made. */
  name: string;
}

/** A command, and what it did. */
export interface Done {
  outcome: Outcome;
  /** Creates, updates and revocations that reached the account. */
  writes: readonly Write[];
  floor: readonly FloorCall[];
}

/** The account and the state at one moment. */
export interface Seen {
  held: readonly HeldKey[];
  live: ReadonlyMap<string, KeyView>;
}

/** One stack with an account of its own, on a clock that stands. */
export interface Bench {
  world: World;
  run(verb: Verb, args?: readonly string[]): Promise<Done>;
  look(): Promise<Seen>;
  /** Makes a request with every key of the state, as its user would; names those that don't work. */
  use(): Promise<string[]>;
  /** Secrets that the state shows in clear. */
  leaks(): Promise<string[]>;
  /** Empty, or what a preview right after a success would change. */
  differences(args?: readonly string[]): Promise<string[]>;
  /** Changes a configuration value that no program reads. */
  configure(): Promise<void>;
  advance(ms: number): void;
  text(): string;
}

export interface BenchOptions {
  program: string;
  refreshAlways: boolean;
  updates?: "patch";
}

export async function createBench({ program, refreshAlways, updates }: BenchOptions): Promise<Bench> {
  const world = await createWorld({
    program,
    refreshAlways,
    emulator: { clock: START, ...(updates === undefined ? {} : { updates }) },
    ...(updates === undefined ? {} : { env: { ZKSCORE_UPDATES: updates } }),
    timeoutMs: 240_000,
  });
  const { api, stack } = world;
  const log = join(stack.folder, "floor.jsonl");
  const env = () => ({ ZKSCORE_NOW: new Date(api.now()).toISOString(), [FLOOR_LOG]: log });
  const secrets = new Map<string, string>();
  let configured = 0;
  const text = () => stateText(stack);
  const seen = (): number => api.journal().at(-1)?.seq ?? 0;
  return {
    world,
    text,
    run: async (verb, args = []) => {
      writeFileSync(log, "");
      const since = seen();
      const outcome = await stack[verb](args, env());
      trace(
        `${verb} ${args.join(" ")} ${outcome.code} ${Math.round(outcome.ms)} ms${outcome.code === 0 ? "" : outcome.output.slice(-2500)}`,
      );
      const writes = api
        .journal(since)
        .filter(({ operation }) => ["create", "update", "revoke"].includes(operation))
        .map(({ operation, keyId }) => ({ operation, keyId, name: nameOf(world, keyId) }));
      return { outcome, writes, floor: callsIn(log) };
    },
    look: async () => ({ held: await heldKeys(text()), live: liveKeys(world) }),
    use: async () => {
      const broken: string[] = [];
      for (const { logicalName, id, secret } of await heldKeys(text())) {
        if (secret === undefined) broken.push(`${logicalName}: the secret isn't encrypted in the state`);
        else if ((await api.use(secret)).status !== 200) broken.push(`${logicalName}: the state's secret doesn't work`);
        if (secret !== undefined) secrets.set(`secret of ${logicalName} ${id}`, secret);
      }
      return broken;
    },
    leaks: async () => {
      const canaries: Canaries = secrets;
      return leaksIn(text(), canaries);
    },
    differences: async (args = []) => {
      const { code, output } = await stack.preview(["--expect-no-changes", "--diff", ...args], env());
      return code === 0 ? [] : [output];
    },
    configure: async () => {
      configured += 1;
      const { code, output } = await stack.run(["config", "set", "--stack", "dev", "unrelated", String(configured)]);
      if (code !== 0) throw new Error(output);
    },
    advance: (ms) => api.advance(ms),
  };
}

function nameOf({ api }: World, keyId: string | null): string {
  return String(api.keys().find(({ id }) => id === keyId)?.metadata["pulumi:name"] ?? "");
}

function trace(text: string): void {
  const file = process.env["OPTIONS_TRACE"];
  if (file !== undefined) appendFileSync(file, `${text}\n`);
}

function liveKeys({ api }: World): Map<string, KeyView> {
  const living = api.keys().filter(({ status }) => status === "active" || status === "inactive");
  return new Map(living.map((key) => [key.id, key]));
}

function callsIn(log: string): FloorCall[] {
  if (!existsSync(log)) return [];
  return readFileSync(log, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}
