import { type Bench, createBench } from "./bench.ts";
import { failed, planted, refusal } from "./checks.ts";
import { cellOf, namesOf, rowId, type Subject } from "./optionRow.ts";
import { FIRST, optionProgram, type Stage } from "./program.ts";
import { firstStage, prepare, staged, startsWithout } from "./steps.ts";
import { judge, NOTHING, type Track } from "./track.ts";
import { type Cell, isImpossible, type Run, SITUATIONS, type Situation, type Tell, type Tried } from "./verdicts.ts";

/** `create` is its own: a second key with the option, beside the one that was made without it. */
const LATER: readonly Situation[] = SITUATIONS.filter((situation) => situation !== "create");

interface Refusing {
  bench: Bench;
  run: Run;
  subjects: readonly Subject[];
  stages: Map<Subject, Stage>;
  tracks: Map<Subject, Track>;
}

/**
 * Keys whose option makes a command fail, all in the same situations: one stack, one command a situation, with
 * `--continue-on-error`, so that each is tried. What was refused is taken back before the next.
 */
export async function runRefused(run: Run, subjects: readonly Subject[], tell: Tell): Promise<Tried[]> {
  const stages = new Map(subjects.map((subject) => [subject, firstStage(subject, run)]));
  const program = optionProgram(subjects, (subject) => stages.get(subject) ?? FIRST);
  const bench = await createBench({ program, refreshAlways: run !== "unread" });
  const all: Refusing = { bench, run, subjects, stages, tracks: new Map() };
  try {
    const tried = await created(all);
    tell(tried);
    for (const situation of LATER) {
      const now = await attempted(all, situation);
      tell(now);
      tried.push(...now);
    }
    return tried;
  } finally {
    await bench.world.dispose();
  }
}

/** What is refused from the start is refused for a new key; the others are made. */
async function created(all: Refusing): Promise<Tried[]> {
  const { bench, run, subjects, tracks } = all;
  const made = await bench.run("up");
  await bench.use();
  const seen = await bench.look();
  const first = new Map<Subject, string[]>();
  for (const subject of subjects) {
    const judged = judge("made", NOTHING, { names: namesOf(subject), seen, writes: made.writes });
    tracks.set(subject, judged.after);
    first.set(subject, [...judged.problems, ...failed(made)]);
  }
  const added = subjects.filter((subject) => startsWithout(subject, run));
  const fresh = added.map((subject) => ({ subject, copy: { ...subject, name: `${subject.name}-new` } }));
  const refusals = fresh.length === 0 ? new Map<Subject, string[]>() : await refusedCreates(all, fresh);
  return subjects.flatMap((subject) => {
    const cell = cellOf(subject, "create", run);
    return isImpossible(cell)
      ? []
      : [tried(all, subject, "create", cell, refusals.get(subject) ?? first.get(subject) ?? [])];
  });
}

async function refusedCreates(
  { bench, run, subjects, stages }: Refusing,
  fresh: readonly { subject: Subject; copy: Subject }[],
): Promise<Map<Subject, string[]>> {
  const everything = [...subjects, ...fresh.map(({ copy }) => copy)];
  const stageOf = (key: boolean) => (of: Subject) => stages.get(of) ?? { ...FIRST, key };
  bench.world.stack.setProgram(optionProgram(everything, stageOf(true)));
  const done = await bench.run("up", ["--continue-on-error"]);
  const seen = await bench.look();
  bench.world.stack.setProgram(optionProgram(everything, stageOf(false)));
  const floor = fresh.some(({ subject }) => limited(subject, run)) ? await bench.run("preview") : undefined;
  return new Map(
    fresh.map(({ subject, copy }) => {
      const cell = cellOf(subject, "create", run);
      if (isImpossible(cell)) return [subject, []];
      const { problems } = judge("refused", NOTHING, { names: [copy.name], seen, writes: done.writes });
      const alike = floor === undefined || (floor.outcome.code !== 0 && cell.says?.test(floor.outcome.output));
      const noLimit =
        cell.floor === "fails" && !alike
          ? [`no limit of Pulumi's: the floor isn't refused\n${floor.outcome.output}`]
          : [];
      return [subject, [...problems, ...refusal(cell, done, [copy.name]), ...noLimit]];
    }),
  );
}

function limited(subject: Subject, run: Run): boolean {
  const cell = cellOf(subject, "create", run);
  return !isImpossible(cell) && cell.floor === "fails";
}

async function attempted(all: Refusing, situation: Situation): Promise<Tried[]> {
  const { bench, run, subjects, stages, tracks } = all;
  const cells = subjects.flatMap((subject) => {
    const cell = cellOf(subject, situation, run);
    return isImpossible(cell)
      ? []
      : [{ subject, cell, was: stages.get(subject) ?? FIRST, before: tracks.get(subject) ?? NOTHING }];
  });
  if (cells.length === 0) return [];
  for (const { subject, was } of cells) stages.set(subject, { ...staged(situation, subject.row, was), option: true });
  const declare = () =>
    bench.world.stack.setProgram(optionProgram(subjects, (subject) => stages.get(subject) ?? FIRST));
  declare();
  const original = bench.world.api.keys();
  const refuses = cells.some(({ cell }) => cell.effect === "refused");
  const done = await bench.run(await prepare(bench, situation, tracks), refuses ? ["--continue-on-error"] : []);
  const seen = await bench.look();
  const results = cells.map(({ subject, cell, before }) => {
    const names = namesOf(subject);
    const judged = judge(cell.effect, before, { names, seen, writes: done.writes });
    tracks.set(subject, judged.after);
    return tried(all, subject, situation, cell, [
      ...judged.problems,
      ...(refuses ? refusal(cell, done, names) : failed(done)),
      ...planted(bench.text(), subject),
    ]);
  });
  const remedies = cells.flatMap(({ cell }) => (cell.remedied === undefined ? [] : [cell.remedied]));
  const [helps] = remedies;
  if (helps !== undefined) {
    const args = [...new Set(remedies.flatMap((remedy) => remedy.args))]; // of all, in one command
    results.push(...(await helped(all, situation, cells, { ...helps, args })));
  }
  if (helps === undefined && refuses) {
    for (const { subject, was } of cells) stages.set(subject, was);
    if (situation === "drift")
      for (const { id, description = "" } of original) bench.world.api.edit(id, { description });
    declare();
  }
  await bench.use();
  return results;
}

/** The remedy that the refusal names. */
async function helped(
  all: Refusing,
  situation: Situation,
  cells: readonly { subject: Subject; cell: Cell; before: Track }[],
  { args, effect }: NonNullable<Cell["remedied"]>,
): Promise<Tried[]> {
  const done = await all.bench.run("up", args);
  const seen = await all.bench.look();
  return cells.map(({ subject, cell, before }) => {
    const judged = judge(effect, before, { names: namesOf(subject), seen, writes: done.writes });
    all.tracks.set(subject, judged.after);
    return tried(
      all,
      subject,
      situation,
      { ...cell, verdict: "honoured" },
      [...failed(done), ...judged.problems],
      ` ${args.join(" ")}`,
    );
  });
}

function tried(
  { run }: Refusing,
  { row, way }: Subject,
  situation: Situation,
  { verdict }: Cell,
  problems: readonly string[],
  more = "",
): Tried {
  return { row: `${rowId(row)}: ${way}${more}`, situation, run, verdict, problems };
}
