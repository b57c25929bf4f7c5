import { type Cell, cellName } from "./crashMatrix.ts";
import { crashProgram, scenario } from "./crashProgram.ts";
import { judged, type Proof, type Verdict } from "./crashRun.ts";
import { strike } from "./crashStrike.ts";
import { consumedKey, faults, knownIds } from "./crashVerdict.ts";
import { type CrashWorld, openCrashWorld, type Recording, setRefreshAlways } from "./crashWorld.ts";
import { succeed } from "./stack.ts";

export function cellProof(cell: Cell): Proof {
  return { name: cellName(cell), run: (recording) => runCell(recording, cell) };
}

/** Runs one cell from the crash to an empty account. */
async function runCell(recording: Recording, cell: Cell): Promise<Verdict> {
  const { phase, operation } = cell;
  const preliminary = scenario(operation, recording.foreign, "");
  // Where every `up` reads first, the last request before the operation's own would belong to the refresh.
  const refreshAlways = !(phase === "beforeSend" && preliminary.target !== "update" && preliminary.target !== "list");
  const world = await openCrashWorld(recording[preliminary.start], { updates: preliminary.updates, refreshAlways });
  try {
    const it = scenario(operation, recording.foreign, `${world.api.url}/scores/alice.zks`);
    return await judged(world, () => crashAndMend(world, recording, cell, { ...it, refreshAlways }));
  } finally {
    await world.dispose();
  }
}

async function crashAndMend(
  world: CrashWorld,
  recording: Recording,
  { phase, kind, after, operation }: Cell,
  it: ReturnType<typeof scenario> & { refreshAlways: boolean },
): Promise<string[]> {
  const { api, stack } = world;
  const { foreign, twin } = recording;
  const subjectId = api.keys().find(({ name }) => name.startsWith("subject-"))?.id;
  if (operation === "refresh" && subjectId !== undefined) api.edit(subjectId, { description: "edited by hand" });
  stack.setProgram(crashProgram(it.subject.same));
  const command = [it.command, "--stack", "dev", "--yes", "--skip-preview", "--non-interactive", "--color", "never"];
  const struck = await strike(world, {
    phase,
    kind,
    target: it.target,
    before: operation === "retire" ? "data" : "list",
    start: (env) => stack.start(command, { ...it.env, ...env }),
  });
  world.story.push(struck.outcome.output);

  const wrong: string[] = [];
  const crashed = world.checkpoint();
  const known = knownIds(crashed);
  const app = consumedKey(crashed);
  if (app !== undefined && !world.live().has(app)) wrong.push(`the application's key ${app} is dead after the crash`);
  if (operation === "refresh" && after === "reverted" && subjectId !== undefined)
    api.edit(subjectId, { description: "one" });

  if (world.locked()) await succeed(stack.cancel());
  const bystanders = (): Set<string> => new Set(known.has(foreign.keyId) ? [twin] : [twin, foreign.keyId]);
  if (after !== "destroy") {
    const subject = it.subject[after];
    stack.setProgram(crashProgram(subject));
    await world.tell(stack.up(it.refreshAlways ? [] : ["--refresh"]));
    for (const id of knownIds(world.checkpoint())) known.add(id);
    wrong.push(...(await faults(world, subject === undefined ? ["other"] : ["other", "subject"], bystanders())));
    if (!it.refreshAlways) setRefreshAlways(stack, true);
    await stack.expectNoChanges();
  }
  await world.tell(stack.destroy());
  const left = [...world.live()].filter((id) => !bystanders().has(id));
  if (left.length > 0) wrong.push(`after destroy ${left.join(", ")} lives`);
  for (const id of bystanders()) if (!world.live().has(id)) wrong.push(`${id} is not this stack's and is dead`);
  wrong.push(...(await outlivers(struck.orphans)));
  return wrong;
}

/** A provider that outlived its engine must end by itself. */
async function outlivers(orphans: readonly number[]): Promise<string[]> {
  const deadline = Date.now() + 15_000;
  const running = () => orphans.filter(isRunning);
  while (running().length > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  return running().map((pid) => `provider process ${pid} still runs`);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
