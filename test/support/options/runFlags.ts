import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../../tools/root.ts";
import { type Bench, createBench, type Done, type Verb } from "./bench.ts";
import { failed } from "./checks.ts";
import { type FlagCell, type FlagContext, type FlagRow, flagRowId } from "./flagRow.ts";
import { urnIn } from "./stateFile.ts";
import { judge, NOTHING, type Track } from "./track.ts";
import {
  type Effect,
  type Impossible,
  isImpossible,
  ordinary,
  type Run,
  SITUATIONS,
  type Situation,
  type Tried,
} from "./verdicts.ts";

/** How far the two keys have moved. */
interface Stage {
  declared: boolean;
  description: number;
  trigger: number;
}

const KEYS = ["a", "b"] as const;
const PAST_OVERLAP = 3_600_000 + 600_000;

interface Kind {
  /** `a` is protected. */
  protect: boolean;
  /** `b` stays as it is. */
  alone: boolean;
}

/** Two keys, and what depends on one of them. */
function program({ declared, description, trigger }: Stage, { protect, alone }: Kind): string {
  const keys = KEYS.map((name) => ({
    name,
    d: alone && name === "b" ? 1 : description,
    t: alone && name === "b" ? 1 : trigger,
  })).map(
    ({ name, d, t }) =>
      `const ${name} = new ApiKey("${name}", { permissions: [{ resource: "scores", actions: ["read"] }], description: "d${d}", rotation: { overlap: "1h", trigger: ${t} } }, { protect: ${protect && name === "a"} });`,
  );
  const user = `new Floor("user", { w: a.apiKey });`;
  return [
    `import { ApiKey } from "pulumi-zkscore";`,
    `import { Floor } from "../../../test/support/options/kit.mts";`,
    ...(declared ? [...keys, user] : [`new Floor("nothing", {});`]),
    "",
  ].join("\n");
}

/** One stack, its two keys, and commands with flags. */
interface FlagStack {
  bench: Bench;
  run: Run;
  stage: Stage;
  tracks: Record<"a" | "b", Track>;
  kind: Kind;
}

async function flagStack(run: Run, kind: Kind): Promise<FlagStack> {
  const stage: Stage = { declared: true, description: 1, trigger: 1 };
  const bench = await createBench({ program: program(stage, kind), refreshAlways: run !== "unread" });
  return { bench, run, stage, tracks: { a: NOTHING, b: NOTHING }, kind };
}

function declare(stack: FlagStack, change: Partial<Stage>): void {
  stack.stage = { ...stack.stage, ...change };
  stack.bench.world.stack.setProgram(program(stack.stage, stack.kind));
}

/** What a situation makes of the program and of the world. */
async function move(stack: FlagStack, situation: Situation): Promise<void> {
  const { bench, stage, tracks } = stack;
  if (situation === "create") declare(stack, { declared: true });
  if (situation === "change") declare(stack, { description: stage.description + 1 });
  if (situation === "rotation" || situation === "configured") declare(stack, { trigger: stage.trigger + 1 });
  if (situation === "removal") declare(stack, { declared: false });
  if (situation === "configured") await bench.configure();
  if (situation === "overlapEnds") bench.advance(PAST_OVERLAP);
  if (situation === "drift")
    for (const { current } of stack.kind.alone ? [tracks.a] : Object.values(tracks))
      if (current !== undefined && bench.world.live().includes(current))
        bench.world.api.edit(current, { description: "edited by hand" });
}

function contextOf({ bench }: FlagStack): FlagContext {
  const { folder } = bench.world.stack;
  const configFile = join(folder, "other.yaml");
  copyFileSync(join(folder, "Pulumi.dev.yaml"), configFile);
  return {
    urn: (name) => urnIn(bench.text(), name),
    configFile,
    file: (name) => join(folder, name),
    policyPack: join(packageRoot, "policy"),
  };
}

/** What the rest of this file needs of a cell: an effect for each key. */
function effects(cell: FlagCell, situation: Situation, run: Run): Record<"a" | "b", Effect> {
  const usual = ordinary(situation, run);
  return { a: cell.a ?? usual, b: cell.b ?? usual };
}

/** What becomes of a key that nothing moves. */
function bAlone(situation: Situation): Effect {
  return situation === "create" ? "made" : situation === "removal" ? "gone" : "same";
}

async function judged(stack: FlagStack, wanted: Record<"a" | "b", Effect>, done: Done): Promise<string[]> {
  await stack.bench.use();
  const seen = await stack.bench.look();
  return KEYS.flatMap((name) => {
    const { problems, after } = judge(wanted[name], stack.tracks[name], { names: [name], seen, writes: done.writes });
    stack.tracks[name] = after;
    return problems.map((problem) => `${name}: ${problem}`);
  });
}

/** Exit code and words of a command with a flag. */
function spoken({ fails, says }: FlagCell, done: Done): string[] {
  const { code, output } = done.outcome;
  return [
    ...(fails === true ? (code === 0 ? ["the command succeeded"] : []) : failed(done)),
    ...(says === undefined || says.test(output) ? [] : [`the output doesn't say ${says}:\n${output}`]),
  ];
}

function note(row: FlagRow, situation: Situation, run: Run, cell: FlagCell, problems: readonly string[]): Tried {
  return { row: flagRowId(row), situation, run, verdict: cell.verdict ?? "honoured", problems };
}

const UP = SITUATIONS.filter((situation) => situation !== "destroy");

/** A flag of `up`: a stack of its own, each situation with the flag, then brought along by an `up` without it. */
export async function runUpFlag(row: FlagRow): Promise<Tried[]> {
  const run: Run = row.unread === true ? "unread" : "read";
  const stack = await flagStack(run, { protect: row.protect === true, alone: row.alone === true });
  const { bench } = stack;
  const tried: Tried[] = [];
  try {
    for (const situation of UP) {
      const cell = flagCell(row, situation);
      await move(stack, situation);
      if (isImpossible(cell)) {
        // The pack's keys are never made; elsewhere the first `up` goes without the flag.
        if (situation !== "create") continue;
        const made = await bench.run("up");
        await judged(stack, { a: "made", b: "made" }, made);
        continue;
      }
      const args = row.args(contextOf(stack));
      // What `--refresh` reads in this project.
      const sees: Run = args.includes("--refresh") ? "read" : run;
      const done = row.withPreview === true ? await withPreview(bench, args) : await bench.run("up", args);
      const wanted =
        row.alone === true
          ? { ...effects(cell, situation, sees), b: bAlone(situation) }
          : effects(cell, situation, sees);
      const before = stack.tracks;
      const problems = [...(await judged(stack, wanted, done)), ...spoken(cell, done)];
      if (cell.verdict === "refused" && done.writes.length > 0) problems.push("not before anything changed");
      if (cell.remedied !== undefined) {
        const again = await bench.run("up", [...args, ...cell.remedied.args]);
        stack.tracks = before;
        const after = [...failed(again), ...(await judged(stack, { a: cell.remedied.a, b: "same" }, again))];
        problems.push(...after.map((text) => `with ${cell.remedied?.args.join(" ")}: ${text}`));
      }
      tried.push(note(row, situation, run, cell, problems));
      if (cell.a !== undefined || cell.b !== undefined || problems.length > 0) await broughtAlong(stack);
    }
    if (tried.length > 1) tried.push(...(await atRest(stack, row)));
    return tried;
  } finally {
    await bench.world.dispose();
  }
}

function flagCell(row: FlagRow, situation: Situation): FlagCell | Impossible {
  return row.cells?.[situation] ?? {};
}

/** A plain `up`, after which the stack is where the next situation begins. */
async function broughtAlong(stack: FlagStack): Promise<void> {
  await stack.bench.run("up", stack.kind.protect ? ["--ignore-protect"] : []);
  await stack.bench.use();
  const { held, live } = await stack.bench.look();
  for (const name of KEYS) {
    const current = held.find(({ logicalName }) => logicalName === name)?.id;
    const own = [...live.values()].filter(({ metadata }) => metadata["pulumi:name"] === name).map(({ id }) => id);
    stack.tracks[name] = { current, retired: own.filter((id) => id !== current) };
  }
}

/** The keys come back, and `destroy` without the flag leaves none alive. */
async function atRest(stack: FlagStack, row: FlagRow): Promise<Tried[]> {
  const leftOver = stack.bench.world.live();
  const done = await stack.bench.run("destroy", stack.kind.protect ? ["--ignore-protect"] : []);
  const left = stack.bench.world.live();
  const problems = [...failed(done), ...left.map((id) => `${id} lives on after destroy (of ${leftOver.length})`)];
  return problems.length === 0 ? [] : [note(row, "destroy", stack.run, {}, problems)];
}

async function withPreview(bench: Bench, args: readonly string[]): Promise<Done> {
  return bench.run("up", ["--skip-preview=false", ...args]);
}

/** Flags of `destroy`: one stack; both keys rotated, their overlap pending, the configuration changed since. */
export async function runDestroyFlags(rows: readonly FlagRow[], run: Run): Promise<Tried[]> {
  const stack = await flagStack(run, { protect: rows.some(({ protect }) => protect === true), alone: false });
  const tried: Tried[] = [];
  try {
    for (const row of rows) {
      declare(stack, { declared: true });
      stack.tracks = { a: NOTHING, b: NOTHING };
      const made = await stack.bench.run("up");
      const ready = await judged(stack, { a: "made", b: "made" }, made);
      if (!stack.kind.protect) {
        await move(stack, "configured");
        ready.push(...(await judged(stack, { a: "overlap", b: "overlap" }, await stack.bench.run("up"))));
      }
      await stack.bench.configure();
      const cell = flagCell(row, "destroy");
      if (isImpossible(cell)) continue;
      const done = await stack.bench.run("destroy", row.args(contextOf(stack)));
      const removed = row.flag === "remove" && done.outcome.code === 0;
      const problems = removed ? stack.bench.world.live() : await judged(stack, effects(cell, "destroy", run), done);
      tried.push(note(row, "destroy", run, cell, [...ready, ...problems, ...spoken(cell, done)]));
      if (removed) return tried;
      if (problems.length > 0 || cell.a !== undefined || cell.b !== undefined) {
        const rest = await stack.bench.run("destroy", stack.kind.protect ? ["--ignore-protect"] : []);
        const left = stack.bench.world.live();
        if (left.length > 0 || rest.outcome.code !== 0)
          tried.push(note(row, "destroy", run, cell, [...failed(rest), `${left.length} keys live on after destroy`]));
        for (const id of left) stack.bench.world.api.revoke(id);
      }
    }
    return tried;
  } finally {
    await stack.bench.world.dispose();
  }
}

/** Situations that a `refresh` or `preview` can meet at once: it must change nothing in any of them. */
const PENDING: readonly Situation[] = ["change", "rotation", "configured", "drift", "overlapEnds"];

/** Flags of a command that must change nothing, whatever is pending: one stack, a command a flag. */
export async function runQuietFlags(verb: Verb & ("refresh" | "preview"), rows: readonly FlagRow[]): Promise<Tried[]> {
  const stack = await flagStack("read", { protect: false, alone: false });
  const { bench } = stack;
  const tried: Tried[] = [];
  const each = async (situations: readonly Situation[]) => {
    for (const row of rows) {
      const cells = situations.flatMap((situation) => {
        const cell = flagCell(row, situation);
        return isImpossible(cell) ? [] : [{ situation, cell }];
      });
      const [first] = cells;
      if (first === undefined) continue;
      const done = await bench.run(verb, row.args(contextOf(stack)));
      const strictest = cells.find(({ cell }) => cell.fails === true)?.cell ?? first.cell;
      const problems = [
        ...(await judged(stack, { a: "same", b: "same" }, done)),
        ...done.writes.map(({ operation }) => `it sent ${operation}`),
        ...spoken(strictest, done),
      ];
      tried.push(...cells.map(({ situation, cell }) => note(row, situation, "read", cell, problems)));
    }
  };
  try {
    if (verb === "preview") await each(["create"]);
    const made = await bench.run("up");
    await judged(stack, { a: "made", b: "made" }, made);
    await move(stack, "rotation");
    await judged(stack, { a: "overlap", b: "overlap" }, await bench.run("up"));
    await each(["unchanged"]);
    for (const situation of PENDING) await move(stack, situation);
    await each(PENDING);
    return tried;
  } finally {
    await bench.world.dispose();
  }
}
