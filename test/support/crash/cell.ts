import { succeed } from "../engine/stack.ts";
import { type Cell, cellName, leavesLeftover } from "./matrix.ts";
import { crashProgram, type Scenario, scenario } from "./program.ts";
import { judged, type Proof, type Verdict } from "./run.ts";
import { strike } from "./strike.ts";
import { consumedKey, faults, knownIds, outlivers, restless } from "./verdict.ts";
import { type CrashWorld, openCrashWorld, type Recording, setRefreshAlways } from "./world.ts";

/** Something done to the account just before it is judged: for controls. */
export type Sabotage = (world: CrashWorld) => Promise<unknown> | unknown;

export function cellProof(cell: Cell): Proof {
  return { name: cellName(cell), run: (recording) => runCell(recording, cell) };
}

/** Runs one cell from the crash to an empty account. */
export async function runCell(recording: Recording, cell: Cell, sabotage: Sabotage = () => {}): Promise<Verdict> {
  const { start, target, updates } = scenario(cell.operation, recording.foreign, "");
  // Where every `up` reads first, the last request before the operation's own would belong to the refresh.
  const refreshAlways = !(cell.phase === "beforeSend" && target !== "update" && target !== "list");
  const world = await openCrashWorld(recording[start], { updates, refreshAlways });
  const it = scenario(cell.operation, recording.foreign, `${world.api.url}/scores/alice.zks`);
  try {
    return await judged(world, () => crashAndMend(world, recording, cell, { ...it, refreshAlways, sabotage }));
  } finally {
    await world.dispose();
  }
}

/** The flags of a command that is started by hand. */
export const UNATTENDED = ["--stack", "dev", "--yes", "--skip-preview", "--non-interactive", "--color", "never"];

async function crashAndMend(
  world: CrashWorld,
  { foreign, twin, setting }: Recording,
  cell: Cell,
  it: Scenario & { refreshAlways: boolean; sabotage: Sabotage },
): Promise<string[]> {
  const { api, stack } = world;
  const { phase, kind, after, operation } = cell;
  const byHand = operation === "refresh" ? api.keys().find(({ name }) => name.startsWith("subject-"))?.id : undefined;
  if (byHand !== undefined) api.edit(byHand, { description: "edited by hand" });
  stack.setProgram(crashProgram(it.subject.same, setting));
  const { outcome, orphans } = await strike(world, {
    phase,
    kind,
    target: it.target,
    before: operation === "retire" ? "data" : "list",
    start: (env) => stack.start([it.command, ...UNATTENDED], { ...it.env, ...env }),
  });
  world.story.push(outcome.output);

  const wrong: string[] = [];
  const known = knownIds(world.checkpoint());
  const app = consumedKey(world.checkpoint());
  if (app !== undefined && !world.live().has(app)) wrong.push(`the application's key ${app} is dead after the crash`);
  if (byHand !== undefined && after === "reverted") api.edit(byHand, { description: "one" });

  if (world.locked()) await succeed(stack.cancel());
  if (setting.configured) await succeed(stack.run(["config", "set", "--stack", "dev", "unrelated", "1"]));
  const bystanders = (): Set<string> => new Set(known.has(foreign.keyId) ? [twin] : [twin, foreign.keyId]);
  if (after !== "destroy") {
    const subject = it.subject[after];
    stack.setProgram(crashProgram(subject, setting));
    await world.tell(stack.up(it.refreshAlways ? [] : ["--refresh"]));
    for (const id of knownIds(world.checkpoint())) known.add(id);
    const others = leavesLeftover(cell) ? new Set([...bystanders(), ...leftovers(world, known)]) : bystanders();
    await it.sabotage(world);
    wrong.push(...(await faults(world, subject === undefined ? ["other"] : ["other", "subject"], others)));
    if (!it.refreshAlways) setRefreshAlways(stack, true);
    wrong.push(...(await restless(world)));
  }
  await world.tell(stack.destroy());
  if (after === "destroy") await it.sabotage(world);
  for (const id of world.live()) if (!bystanders().has(id)) wrong.push(`${id} lives after destroy`);
  for (const id of bystanders()) if (!world.live().has(id)) wrong.push(`${id} is not this stack's and is dead`);
  return [...wrong, ...(await outlivers(orphans))];
}

/** At most one key that nobody ever used, in no state, and named by the last command. */
function leftovers({ api, live, story }: CrashWorld, known: ReadonlySet<string>): Set<string> {
  const unknown = api
    .keys()
    .filter(({ id, name }) => live().has(id) && !known.has(id) && name.startsWith("subject-"))
    .filter(({ id, totalRequests }) => totalRequests === 0 && story.at(-1)?.includes(`key ${id}`));
  return new Set(unknown.slice(0, 1).map(({ id }) => id));
}
