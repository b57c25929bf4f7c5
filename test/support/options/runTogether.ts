import { whole } from "../share.ts";
import { type Bench, createBench, type Done, type Seen } from "./bench.ts";
import { afterwards, failed, planted, said, shown } from "./checks.ts";
import { cellOf, namesOf, type OptionRow, rowId, type Subject } from "./optionRow.ts";
import { optionProgram, type Stage } from "./program.ts";
import { firstStage, prepare, staged } from "./steps.ts";
import { judge, NOTHING, type Track } from "./track.ts";
import { isImpossible, type Run, type Situation, type Tell, type Tried } from "./verdicts.ts";

interface Step {
  situation: Situation;
  /** The key that was removed comes back, so that `destroy` has one to end. No cell of its own. */
  again?: true;
  /** A preview follows, which must show no change. It takes as long as the command itself. */
  previewed?: boolean;
}

const STEPS: readonly Step[] = [
  { situation: "create" },
  { situation: "unchanged", previewed: whole },
  { situation: "change", previewed: whole },
  { situation: "rotation" },
  { situation: "configured" },
  { situation: "drift", previewed: true },
  { situation: "overlapEnds", previewed: whole },
  { situation: "removal" },
  { situation: "create", again: true },
  { situation: "destroy" },
];

/**
 * Keys with different options in one stack, one command a situation. Where a command fails, the keys that the engine
 * names as failed are red and leave the program, and the others go on; where it names none, they are tried again in two
 * halves, until the one that fails is alone.
 */
export async function runTogether(run: Run, subjects: readonly Subject[], tell: Tell): Promise<Tried[]> {
  let active = subjects;
  const stages = new Map(subjects.map((subject) => [subject, firstStage(subject, run)]));
  const stageOf = (subject: Subject): Stage => stages.get(subject) ?? firstStage(subject, run);
  const tracks = new Map<Subject, Track>();
  const tried: Tried[] = [];
  const dropped: Tried[] = [];
  const letGo = new Set<string>();
  const bench = await createBench({
    program: optionProgram(subjects, stageOf),
    refreshAlways: run !== "unread",
    ...(run === "patch" ? { updates: "patch" } : {}),
  });
  const declare = () => bench.world.stack.setProgram(optionProgram(active, stageOf));
  try {
    for (const { situation, again, previewed } of STEPS) {
      for (const subject of active) stages.set(subject, staged(situation, subject.row, stageOf(subject)));
      declare();
      const verb = await prepare(bench, situation, tracks);
      let done = await bench.run(verb);
      while (done.outcome.code !== 0) {
        const named = namedIn(done, active);
        if (active.length <= 1) return [...tried, ...active.flatMap((only) => unreached(run, only, situation, done))];
        if (named.length === 0 || named.length === active.length)
          return [...dropped, ...(await inHalves(run, active, tell))];
        for (const subject of named) {
          dropped.push(
            ...tried.filter(({ row }) => row === title(subject)),
            ...unreached(run, subject, situation, done),
          );
          tracks.delete(subject);
        }
        active = active.filter((subject) => !named.includes(subject));
        declare();
        const next = await bench.run(verb);
        done = { ...next, writes: [...done.writes, ...next.writes], floor: [...done.floor, ...next.floor] };
      }
      for (const { row } of active) if (row.spoils === situation) spoil(bench, tracks, row);
      const seen = without(await bench.look(), letGo);
      const common = await afterwards(bench, previewed === true);
      const state = bench.text();
      const now: Tried[] = [];
      for (const subject of active) {
        const cell = cellOf(subject, situation, run);
        if (isImpossible(cell)) continue;
        const before = tracks.get(subject) ?? NOTHING;
        const names = namesOf(subject);
        const judged = judge(cell.effect, before, { names, seen, writes: done.writes });
        tracks.set(subject, judged.after);
        // What a removal left alive by Pulumi's own limit doesn't count for the key that comes back.
        if (situation === "removal") {
          for (const id of judged.after.retired) letGo.add(id);
          tracks.set(subject, NOTHING);
        }
        const problems = [
          ...judged.problems,
          ...said(cell, done, before),
          ...shown(cell, done, subject),
          ...common(names),
          ...planted(state, subject),
        ];
        if (again === true && problems.length === 0) continue;
        now.push({ row: title(subject), situation, run, verdict: cell.verdict, problems });
      }
      tell(now);
      tried.push(...now);
    }
    const gone = new Set(dropped.map(({ row }) => row));
    return [...dropped, ...tried.filter(({ row }) => !gone.has(row))];
  } finally {
    await bench.world.dispose();
  }
}

function title({ row, way }: Subject): string {
  return `${rowId(row)}: ${way}`;
}

/** Control: ends the key that was replaced, as a provider would that revokes too much. */
function spoil(bench: Bench, tracks: ReadonlyMap<Subject, Track>, row: OptionRow): void {
  for (const [subject, { current }] of tracks)
    if (subject.row === row && current !== undefined) bench.world.api.revoke(current);
}

/** The keys that the engine or the SDK names in an error. */
function namedIn({ outcome }: Done, subjects: readonly Subject[]): Subject[] {
  const errors = outcome.output
    .split("\n")
    .flatMap((line, n, lines) => (/error|waiting for/i.test(line) ? [lines[n - 1] ?? "", line] : []));
  const names = new Set(
    errors.flatMap((line) =>
      [...line.matchAll(/(?:ApiKey \(|new resource |::|\* ")([a-z-]+)/g)].map(([, name]) => name),
    ),
  );
  return subjects.filter((subject) => namesOf(subject).some((name) => names.has(name)));
}

async function inHalves(run: Run, subjects: readonly Subject[], tell: Tell): Promise<Tried[]> {
  const middle = Math.ceil(subjects.length / 2);
  const first = await runTogether(run, subjects.slice(0, middle), tell);
  return [...first, ...(await runTogether(run, subjects.slice(middle), tell))];
}

function without({ held, live }: Seen, ids: ReadonlySet<string>): Seen {
  return { held, live: new Map([...live].filter(([id]) => !ids.has(id))) };
}

/** A command failed that mustn't: this cell is red, and what comes after it can't be tried. */
function unreached(run: Run, subject: Subject, situation: Situation, done: Done): Tried[] {
  const from = STEPS.findIndex((step) => step.situation === situation);
  return STEPS.slice(from).flatMap((step, n) => {
    const cell = cellOf(subject, step.situation, run);
    if (isImpossible(cell) || step.again === true) return [];
    const problems = n === 0 ? failed(done) : [`not reached: ${situation} failed`];
    return [{ row: title(subject), situation: step.situation, run, verdict: cell.verdict, problems }];
  });
}
