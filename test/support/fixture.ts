import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Emulator, EmulatorOptions } from "../../emulator/index.ts";
import { type CliWorld, cliWorld } from "./cli.ts";
import { accountAt, type Stack, simStack } from "./host/world.ts";
import { createWorld, type World, type WorldOptions } from "./world.ts";

// What a test has for itself, and never tidies up: made by one of the functions below, in the test or before each of a
// file, and gone when the test is finished. The bindings are live: each holds what was made last.

/** The account. */
export let api: Emulator;
/** A stack of the simulated engine on `api`. */
export let stack: Stack;
/** The command, with an account and a folder of its own. */
export let cli: CliWorld;
/** A stack of the real engine, with an account of its own. */
export let world: World;

/** Makes `api`, which stands still in time, and `stack` with the settings of `env`. */
export async function freshAccount(options: EmulatorOptions = {}, env: Record<string, string> = {}): Promise<void> {
  const made = await accountAt(options);
  onTestFinished(() => made.close());
  api = made;
  stack = simStack({ api, env });
}

/** Makes `cli`. */
export async function freshCli(): Promise<void> {
  const made = await cliWorld();
  onTestFinished(() => made.dispose());
  cli = made;
}

/** Makes `world`. */
export async function freshWorld(options: WorldOptions): Promise<void> {
  const made = await createWorld(options);
  onTestFinished(() => made.dispose());
  world = made;
}

/** An empty folder. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "zkscore-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
