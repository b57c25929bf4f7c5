import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Running } from "../engine/command.ts";
import { succeed } from "../engine/stack.ts";
import { UNATTENDED } from "./cell.ts";
import { crashProgram } from "./program.ts";
import { judged, type Proof } from "./run.ts";
import { type Strike, serving, strike } from "./strike.ts";
import { consumedKey, faults, outlivers, restless, stateKeys } from "./verdict.ts";
import { type CrashWorld, openCrashWorld, type Recording } from "./world.ts";

/** A sequence in a world of its own. It returns what went wrong. */
export function sequence(
  name: string,
  start: "empty" | "base" | "full",
  run: (world: CrashWorld, recording: Recording) => Promise<string[]>,
): Proof {
  return {
    name,
    run: async (recording) => {
      const world = await openCrashWorld(recording[start], { updates: "replace", refreshAlways: true });
      try {
        return await judged(world, () => run(world, recording));
      } finally {
        await world.dispose();
      }
    },
  };
}

export function up({ stack }: CrashWorld): Running {
  return stack.start(["up", ...UNATTENDED]);
}

type Killed = Pick<Strike, "phase" | "kind" | "target"> & { start?: Strike["start"] };

export async function killed(world: CrashWorld, { start = () => up(world), ...it }: Killed): Promise<void> {
  world.story.push((await strike(world, { before: "list", start, ...it })).outcome.output);
}

/** Kills the engine once the provider waits to repeat a request, and sees that it doesn't and ends. */
export async function killedWhileWaiting(
  world: CrashWorld,
  running: Running,
  operation: "create" | "revoke" | "list",
): Promise<string[]> {
  const { api, stack } = world;
  const refused = () => api.journal().some((one) => one.operation === operation && (one.status ?? 0) >= 429);
  const ended = running.done.then(({ output }) => {
    throw new Error(`the command ended before it waited:\n${output}`);
  });
  while (!refused()) await Promise.race([pause(20), ended]); // the journal gives no event
  const orphans = serving(world);
  running.kill();
  world.story.push((await running.done).output);
  const seen = api.journal().length;
  const wrong = await outlivers(orphans);
  const writes = api
    .journal()
    .slice(seen)
    .filter((one) => one.operation !== "list");
  api.faults.clear();
  if (orphans.length === 0) wrong.push("no provider outlived the engine");
  for (const { operation: what } of writes) wrong.push(`${what} was sent after the engine's death`);
  await succeed(stack.cancel());
  return wrong;
}

/** Cancels, runs `up`, judges, and destroys. `kept`: a key that must live on until then. */
export async function mended(
  world: CrashWorld,
  recording: Recording,
  declared: readonly string[],
  kept?: string,
): Promise<string[]> {
  const { stack } = world;
  if (world.locked()) await succeed(stack.cancel());
  await world.tell(stack.up());
  const wrong = await faults(world, declared, bystanders(recording));
  if (kept !== undefined && !world.live().has(kept)) wrong.push(`${kept} was ended too early`);
  wrong.push(...(await restless(world)));
  return [...wrong, ...(await destroyed(world, recording))];
}

export async function destroyed(world: CrashWorld, recording: Recording): Promise<string[]> {
  await world.tell(world.stack.destroy());
  return emptied(world, recording);
}

/** Nothing but the keys of others lives, and they do. */
export function emptied(world: CrashWorld, recording: Recording): string[] {
  const others = bystanders(recording);
  const live = world.live();
  return [
    ...[...live].filter((id) => !others.has(id)).map((id) => `${id} lives after destroy`),
    ...[...others].filter((id) => !live.has(id)).map((id) => `${id} is not this stack's and is dead`),
  ];
}

export function bystanders({ foreign, twin }: Recording): Set<string> {
  return new Set([foreign.keyId, twin]);
}

/** The key that the application holds. */
export function appKey(world: CrashWorld): string {
  const keyId = consumedKey(world.checkpoint());
  if (keyId === undefined) throw new Error("no application in the state");
  return keyId;
}

/** The state from before `changed` was deployed comes back, as from a backup. */
export async function restored(
  world: CrashWorld,
  recording: Recording,
  changed: string,
  used: boolean,
): Promise<string[]> {
  const { stack, api } = world;
  const backup = join(stack.folder, "backup.json");
  writeFileSync(backup, JSON.stringify(await stack.export()));
  stack.setProgram(crashProgram(changed));
  await world.tell(stack.up());
  const forgotten = (await stateKeys(world)).find(({ name }) => name === "subject");
  if (forgotten === undefined) throw new Error("subject is not in the state");
  if (used) await api.use(forgotten.apiKey);
  await world.tell(stack.run(["stack", "import", "--stack", "dev", "--file", backup]));
  await world.tell(stack.up());
  const others = bystanders(recording);
  if (used) others.add(forgotten.keyId);
  const wrong = await faults(world, ["other", "subject"], others);
  const named = world.story.at(-1)?.includes(forgotten.keyId);
  if (used && named !== true) wrong.push("the key that is in use and in no state is not named");
  wrong.push(...(await restless(world)));
  await world.tell(stack.destroy());
  const live = world.live();
  for (const id of live) if (!others.has(id)) wrong.push(`${id} lives after destroy`);
  for (const id of others) if (!live.has(id)) wrong.push(`${id} is not for this state to end and is dead`);
  return wrong;
}
