import { type Bench, createBench, type Done } from "./bench.ts";
import { cellOf, rowId, type Subject } from "./optionRow.ts";
import { FIRST, logicalName, optionProgram, type Stage } from "./program.ts";
import { namesOf } from "./runTogether.ts";
import { firstStage, prepare, staged, startsWithout } from "./steps.ts";
import { judge, NOTHING, type Track } from "./track.ts";
import { type Cell, isImpossible, type Run, type Situation, type Tried } from "./verdicts.ts";

const SITUATIONS: readonly Situation[] = ["unchanged", "change", "rotation", "configured", "drift", "overlapEnds", "removal"];

/**
 * Keys whose option makes a command fail: one stack, and in each situation one command for each key, which alone moves.
 * What was refused is taken back before the next.
 */
export async function runApart(run: Run, subjects: readonly Subject[]): Promise<Tried[]> {
  if (subjects.length === 0) return [];
  const stages = new Map(subjects.map((subject) => [subject, firstStage(subject, run)]));
  const stageOf = (subject: Subject): Stage => stages.get(subject) ?? firstStage(subject, run);
  const tracks = new Map<Subject, Track>();
  const tried: Tried[] = [];
  const note = (subject: Subject, situation: Situation, cell: Cell, problems: readonly string[]) =>
    tried.push({ row: `${rowId(subject.row)} ${subject.way}`, situation, run, verdict: cell.verdict, problems });
  const bench = await createBench({ program: optionProgram(subjects, stageOf), refreshAlways: run !== "unread" });
  const { stack, api } = bench.world;
  try {
    const made = await bench.run("up");
    await bench.use();
    const first = await bench.look();
    for (const subject of subjects) {
      const judged = judge("made", NOTHING, { names: namesOf(subject), seen: first, writes: made.writes });
      tracks.set(subject, judged.after);
      const cell = cellOf(subject, "create", run);
      if (isImpossible(cell)) continue;
      if (!startsWithout(subject, run)) note(subject, "create", cell, [...judged.problems, ...failed(made)]);
      else note(subject, "create", cell, [...judged.problems, ...(await refusedCreate(bench, subjects, stageOf, { subject, cell }))]);
    }
    for (const situation of SITUATIONS)
      for (const subject of subjects) {
        const cell = cellOf(subject, situation, run);
        if (isImpossible(cell)) continue;
        const before = tracks.get(subject) ?? NOTHING;
        const was = stageOf(subject);
        const original = api.keys().find(({ id }) => id === before.current);
        stages.set(subject, { ...staged(situation, subject.row, was), option: true });
        stack.setProgram(optionProgram(subjects, stageOf));
        const edited: Parameters<typeof prepare>[2] = before.current === undefined ? [] : [[before.current, subject.row]];
        const done = await bench.run(await prepare(bench, situation, edited));
        const names = namesOf(subject);
        let judged = judge(cell.effect, before, { names, seen: await bench.look(), writes: done.writes });
        const problems = [...judged.problems, ...(cell.effect === "refused" ? refusal(cell, done, names) : failed(done))];
        if (cell.then !== undefined) {
          const again = await bench.run("up", cell.then.args);
          judged = judge(cell.then.effect, before, { names, seen: await bench.look(), writes: again.writes });
          problems.push(...[...failed(again), ...judged.problems].map((text) => `after ${cell.then?.args.join(" ")}: ${text}`));
        } else if (cell.effect === "refused") {
          stages.set(subject, was);
          if (original?.description !== undefined) api.edit(original.id, { description: original.description });
        }
        tracks.set(subject, judged.after);
        if (cell.effect !== "refused") problems.push(...(await bench.use()).filter((text) => names.some((name) => text.startsWith(`${name}:`))));
        note(subject, situation, cell, problems);
      }
    stack.setProgram(optionProgram(subjects, stageOf));
    tried.push(...(await destroyed(bench, run, subjects, tracks)));
    return tried;
  } finally {
    await bench.world.dispose();
  }
}

/** A new key with the option, beside the one that was made without it. */
async function refusedCreate(
  bench: Bench,
  subjects: readonly Subject[],
  stageOf: (subject: Subject) => Stage,
  { subject, cell }: { subject: Subject; cell: Cell },
): Promise<string[]> {
  const fresh: Subject = { ...subject, name: `${subject.name}-new` };
  const stages = (of: Subject) => (of === fresh ? FIRST : stageOf(of));
  bench.world.stack.setProgram(optionProgram([...subjects, fresh], stages));
  const done = await bench.run("up");
  const names = [logicalName(fresh, FIRST)];
  const { problems } = judge("refused", NOTHING, { names, seen: await bench.look(), writes: done.writes });
  const floor = cell.floor === "fails" ? await floorFails(bench, [...subjects, fresh], stages, { fresh, cell }) : [];
  return [...problems, ...refusal(cell, done, names), ...floor];
}

/** The same without the key: Pulumi says it of the floor, too. */
async function floorFails(
  bench: Bench,
  subjects: readonly Subject[],
  stages: (subject: Subject) => Stage,
  { fresh, cell }: { fresh: Subject; cell: Cell },
): Promise<string[]> {
  const withoutKey = (of: Subject) => (of === fresh ? { ...stages(of), key: false } : stages(of));
  bench.world.stack.setProgram(optionProgram(subjects, withoutKey));
  const { outcome } = await bench.run("preview");
  const alike = outcome.code !== 0 && (cell.says === undefined || cell.says.test(outcome.output));
  return alike ? [] : [`the floor isn't refused: this is no limit of Pulumi's\n${outcome.output}`];
}

async function destroyed(
  bench: Bench,
  run: Run,
  subjects: readonly Subject[],
  tracks: ReadonlyMap<Subject, Track>,
): Promise<Tried[]> {
  const expected = subjects.flatMap((subject) => {
    const cell = cellOf(subject, "destroy", run);
    return isImpossible(cell) ? [] : [{ subject, cell }];
  });
  if (expected.length === 0) return [];
  const done = await bench.run("destroy");
  const seen = await bench.look();
  return expected.map(({ subject, cell }) => {
    const names = namesOf(subject);
    const judged = judge(cell.effect, tracks.get(subject) ?? NOTHING, { names, seen, writes: done.writes });
    const problems = [...judged.problems, ...(cell.effect === "refused" ? refusal(cell, done, []) : failed(done))];
    return { row: `${rowId(subject.row)} ${subject.way}`, situation: "destroy", run, verdict: cell.verdict, problems };
  });
}

/** A refusal names the key and says why, and nothing was sent that changes the account. */
function refusal({ verdict, says }: Cell, { outcome, writes }: Done, names: readonly string[]): string[] {
  return [
    ...(outcome.code === 0 ? ["the command succeeded"] : []),
    ...(writes.length === 0 ? [] : [`not before anything changed: ${writes.map(({ operation }) => operation).join(", ")}`]),
    ...(says === undefined || says.test(outcome.output) ? [] : [`the output doesn't say ${says}:\n${outcome.output}`]),
    ...(verdict !== "refused" || names.some((name) => outcome.output.includes(name))
      ? []
      : [`the output doesn't name the key:\n${outcome.output}`]),
  ];
}

function failed({ outcome }: Done): string[] {
  return outcome.code === 0 ? [] : [`the command failed:\n${outcome.output}`];
}
