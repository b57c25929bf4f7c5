import { type Bench, createBench, type Done, type Seen } from "./bench.ts";
import { cellOf, type OptionRow, rowId, type Subject } from "./optionRow.ts";
import { logicalName, optionProgram, type Stage } from "./program.ts";
import { firstStage, prepare, staged } from "./steps.ts";
import { judge, NOTHING, type Track } from "./track.ts";
import { type Cell, isImpossible, type Run, type Situation, type Tried } from "./verdicts.ts";

/** In this order: the key that was removed comes back, so that `destroy` has one to end. */
const STEPS: readonly { situation: Situation; again?: true }[] = [
  { situation: "create" },
  { situation: "unchanged" },
  { situation: "change" },
  { situation: "rotation" },
  { situation: "configured" },
  { situation: "drift" },
  { situation: "overlapEnds" },
  { situation: "removal" },
  { situation: "create", again: true },
  { situation: "destroy" },
];

/**
 * Keys with different options in one stack, one command a situation. Where a command fails, the keys are tried again in
 * two halves, until the one that fails is alone.
 */
export async function runTogether(run: Run, subjects: readonly Subject[]): Promise<Tried[]> {
  if (subjects.length === 0) return [];
  const stages = new Map(subjects.map((subject) => [subject, firstStage(subject, run)]));
  const stageOf = (subject: Subject): Stage => stages.get(subject) ?? firstStage(subject, run);
  const tracks = new Map<Subject, Track>();
  const tried: Tried[] = [];
  const bench = await createBench({
    program: optionProgram(subjects, stageOf),
    refreshAlways: run !== "unread",
    ...(run === "patch" ? { updates: "patch" } : {}),
  });
  try {
    for (const { situation, again } of STEPS) {
      for (const subject of subjects) stages.set(subject, staged(situation, subject.row, stageOf(subject)));
      bench.world.stack.setProgram(optionProgram(subjects, stageOf));
      const verb = await prepare(bench, situation, editing(subjects, tracks));
      const done = await bench.run(verb);
      if (done.outcome.code !== 0) {
        if (subjects.length > 1) return await halves(run, subjects);
        const [only] = subjects;
        return only === undefined ? tried : [...tried, ...unreached(run, only, situation, done)];
      }
      const seen = await bench.look();
      const common = await afterwards(bench, situation);
      for (const subject of subjects) {
        const cell = cellOf(subject, situation, run);
        if (isImpossible(cell)) continue;
        const names = namesOf(subject);
        const before = again === true ? NOTHING : (tracks.get(subject) ?? NOTHING);
        const judged = judge(cell.effect, before, { names, seen: without(seen, again, tracks.get(subject)), writes: done.writes });
        tracks.set(subject, judged.after);
        if (again === true && judged.problems.length === 0) continue;
        const problems = [...judged.problems, ...said(cell, done, before), ...shown(cell, done, subject), ...common(names)];
        tried.push({ row: `${rowId(subject.row)} ${subject.way}`, situation, run, verdict: cell.verdict, problems });
      }
    }
    return tried;
  } finally {
    await bench.world.dispose();
  }
}

function editing(subjects: readonly Subject[], tracks: ReadonlyMap<Subject, Track>): [string, OptionRow][] {
  return subjects.flatMap((subject) => {
    const id = tracks.get(subject)?.current;
    return id === undefined ? [] : [[id, subject.row] satisfies [string, OptionRow]];
  });
}

/** What a removal left alive by Pulumi's own limit doesn't count for the key that comes back. */
function without(seen: Seen, again: boolean | undefined, left: Track | undefined): Seen {
  if (again !== true || left === undefined) return seen;
  return { ...seen, live: new Map([...seen.live].filter(([id]) => !left.retired.includes(id) && id !== left.current)) };
}

async function halves(run: Run, subjects: readonly Subject[]): Promise<Tried[]> {
  const middle = Math.ceil(subjects.length / 2);
  const first = await runTogether(run, subjects.slice(0, middle));
  return [...first, ...(await runTogether(run, subjects.slice(middle)))];
}

/** A command failed that mustn't: this cell is red, and what comes after it can't be tried. */
function unreached(run: Run, subject: Subject, situation: Situation, { outcome }: Done): Tried[] {
  const from = STEPS.findIndex((step) => step.situation === situation);
  return STEPS.slice(from).flatMap((step, n) => {
    const cell = cellOf(subject, step.situation, run);
    if (isImpossible(cell) || step.again === true) return [];
    const problem = n === 0 ? `the command failed:\n${outcome.output}` : `not reached: ${situation} failed`;
    return [{ row: `${rowId(subject.row)} ${subject.way}`, situation: step.situation, run, verdict: cell.verdict, problems: [problem] }];
  });
}

/** What must hold after every success: secrets work and stand nowhere in clear, and nothing is left to change. */
async function afterwards(bench: Bench, situation: Situation): Promise<(names: readonly string[]) => string[]> {
  const broken = [...(await bench.use()), ...(await bench.leaks()).map((leak) => `in clear in the state: ${leak}`)];
  const differences = situation === "destroy" ? [] : await bench.differences();
  return (names) => [
    ...broken.filter((text) => names.some((name) => new RegExp(`(^| )${name}[: ]`).test(text))),
    ...differences.flatMap((output) => changesOf(output, names)),
  ];
}

/** What a preview with `--diff` would change of these keys. */
function changesOf(output: string, names: readonly string[]): string[] {
  const lines = output.split("\n");
  const urns = lines.filter((line, n) => {
    const head = lines[n - 1] ?? "";
    return line.includes("[urn=") && /^\s*[-+~!]/.test(head) && !head.includes("(same)");
  });
  return names
    .filter((name) => urns.some((line) => line.includes(`::${name}]`)))
    .map((name) => `a second preview changes ${name}`);
}

function said({ says }: Cell, { outcome }: Done, before: Track): string[] {
  if (says === undefined) return [];
  const about = outcome.output.split("\n").filter((line) => before.current === undefined || line.includes(before.current));
  return says.test(outcome.output) && about.length > 0 ? [] : [`the output doesn't say ${says} of ${before.current}`];
}

function shown({ floor }: Cell, { floor: calls }: Done, { name }: Subject): string[] {
  if (floor === undefined) return [];
  const own = calls.filter((call) => call.name === `${name}-floor`).map(({ call }) => call);
  if (floor === "kept") return own.includes("delete") ? ["the floor was deleted: this is no limit of Pulumi's"] : [];
  if (floor === "unmoved")
    return own.length === 1 && own[0] === "update" ? [] : [`the floor doesn't show it: it got ${own.join(", ") || "no call"}`];
  return [];
}

/** Both names of a key that is renamed. */
export function namesOf(subject: Subject): string[] {
  const stage = firstStage(subject, "read");
  return [...new Set([logicalName(subject, stage), logicalName(subject, { ...stage, renamed: true })])];
}
