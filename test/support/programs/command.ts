import { setTimeout as pause } from "node:timers/promises";
import type { Outcome, Running } from "../engine/command.ts";
import { killHard } from "../engine/processes.ts";
import type { Command, Kill } from "./program.ts";
import type { World } from "./world.ts";

const QUIET = ["--non-interactive", "--color", "never"];

/** What a command came to; `killed`: it was, and the engine's lock may stand. */
export interface Done extends Outcome {
  killed: boolean;
}

/** Runs one command of the engine, with its misfortune. `urnOf`: undefined where there is no such key. */
export async function runCommand(
  world: World,
  command: Command,
  urnOf: (name: string) => string | undefined,
): Promise<Done> {
  const { api, stack } = world;
  const flag = (name: string, key: string | undefined) => {
    const urn = key === undefined ? undefined : urnOf(key);
    return urn === undefined ? [] : [name, urn];
  };
  const target = flag("--target", command.target);
  const args = [
    ...[command.verb, "--stack", "dev", "--yes", ...QUIET],
    ...(command.previewed ? [] : ["--skip-preview"]),
    ...(command.refresh ? ["--refresh"] : []),
    ...target,
    ...(command.targetDependents && target.length > 0 ? ["--target-dependents"] : []),
    ...flag("--replace", command.replace),
  ];
  if (command.outage !== undefined) {
    api.faults.add({ kind: "status", status: 503, operation: command.outage, phase: "beforeParse", times: 999 });
  }
  if (command.kill !== undefined) plant(world, command.kill);
  const running = stack.start(args, world.env());
  const killed = command.kill !== undefined && (await strike(world, running, command.kill));
  const outcome = await running.done;
  api.faults.clear();
  return { ...outcome, killed };
}

function plant({ api }: World, { operation, nth, when }: Kill): void {
  api.faults.add({ kind: "pause", operation, nth, phase: when === "before" ? "afterValidate" : "afterCommit" });
}

/** True once it was killed; false where it ended before. */
async function strike({ api, stack }: World, running: Running, { who }: Kill): Promise<boolean> {
  const held = api.waitForPause({ timeoutMs: 100_000 }).then(
    () => true,
    () => false,
  );
  if (!(await Promise.race([running.done.then(() => false), held]))) return false;
  const providers = stack.providerPids();
  if (who === "engine") running.kill();
  else killHard([running.pid, ...stack.pids()]);
  api.faults.clear();
  api.release();
  await running.done;
  // What outlives the engine finds that out by itself: nobody is faster with the next command.
  const deadline = Date.now() + 15_000;
  const left = () => stack.providerPids().filter((pid) => providers.includes(pid));
  while (left().length > 0 && Date.now() < deadline) await pause(50); // another's child: its end gives no event
  return true;
}
