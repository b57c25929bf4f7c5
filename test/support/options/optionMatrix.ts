import type { Command } from "./cliFlags.ts";
import { type FlagRow, flagRowId } from "./flagRow.ts";
import { FLAG_ROWS } from "./flagRows.ts";
import { cellOf, isImpossibleWay, type OptionRow, rowId, type Subject } from "./optionRow.ts";
import { OPTION_ROWS } from "./optionRows.ts";
import { runDestroyFlags, runQuietFlags, runUpFlag } from "./runFlags.ts";
import { runRefused } from "./runRefused.ts";
import { runTogether } from "./runTogether.ts";
import { runSpecials } from "./specials.ts";
import { isImpossible, RUNS, type Run, SITUATIONS, type Tell, type Tried, WAYS, type Way } from "./verdicts.ts";

/** Work that needs a stack of its own. */
export interface Group {
  title: string;
  keys: number;
  work: (tell: Tell) => Promise<Tried[]>;
}

const BATCH = 60;

/** The keys of these rows in a run, in as few stacks as they can share. */
export function optionGroups(rows: readonly OptionRow[] = OPTION_ROWS, runs: readonly Run[] = RUNS): Group[] {
  return runs.flatMap((run) => {
    const subjects = rows.filter((row) => (row.runs ?? ["read", "unread"]).includes(run)).flatMap(subjectsOf);
    const together = subjects.filter((subject) => refusedIn(subject, run) === "");
    const size = Math.ceil(together.length / Math.ceil(together.length / BATCH));
    const batches = Array.from({ length: Math.ceil(together.length / size) }, (_, n) =>
      together.slice(n * size, (n + 1) * size),
    );
    const refused = [...Map.groupBy(subjects, (subject) => refusedIn(subject, run))].filter(([where]) => where !== "");
    return [
      ...batches.map((batch, n) =>
        group(`${run}: together ${n + 1}`, batch.length, (tell) => runTogether(run, batch, tell)),
      ),
      ...refused.map(([where, batch]) =>
        group(`${run}: refused in ${where}`, batch.length, (tell) => runRefused(run, batch, tell)),
      ),
    ].filter(({ keys }) => keys > 0);
  });
}

/** Flags of `up` need a stack each; those of the other commands share one. */
export function flagGroups(rows: readonly FlagRow[] = FLAG_ROWS): Group[] {
  const of = (command: Command) => rows.filter((row) => row.command === command);
  const destroys = Map.groupBy(of("destroy"), ({ protect, unread }) =>
    protect === true ? "protected" : unread === true ? "unread" : "read",
  );
  return [
    ...of("up").map((row) => group(flagRowId(row), 2, () => runUpFlag(row))),
    ...[...destroys].map(([kind, some]) =>
      group(`destroy flags: ${kind}`, 2, () => runDestroyFlags(some, kind === "unread" ? "unread" : "read")),
    ),
    group("an API that fails", 1, runSpecials),
    group("refresh flags", 2, () => runQuietFlags("refresh", of("refresh"))),
    group("preview flags", 2, () => runQuietFlags("preview", of("preview"))),
  ];
}

function group(title: string, keys: number, work: Group["work"]): Group {
  return { title, keys, work };
}

function subjectsOf(row: OptionRow): Subject[] {
  return WAYS.filter((way) => !isImpossibleWay(row.ways[way])).map((way) => ({ row, way, name: shortName(row, way) }));
}

/** A logical name, which is also the prefix of the key's name: not longer than the API takes. */
function shortName(row: OptionRow, way: Way): string {
  const words = rowId(row)
    .toLowerCase()
    .replaceAll(/[^a-z]+/g, "-");
  return `${words.slice(0, 50)}-${way}`.replaceAll(/-+/g, "-");
}

/**
 * By whom and in which situations it is refused: with those it can share a stack that are refused alike. Where Pulumi
 * itself refuses, the program ends at the first.
 */
function refusedIn(subject: Subject, run: Run): string {
  return SITUATIONS.flatMap((situation) => {
    const cell = cellOf(subject, situation, run);
    return !isImpossible(cell) && cell.effect === "refused"
      ? [`${situation}: ${cell.verdict === "limit" ? subject.row.option : cell.verdict}`]
      : [];
  }).join(", ");
}

/** Results of all groups, so many at a time. */
export async function runGroups(
  groups: readonly Group[],
  onDone: (group: Group, tried: readonly Tried[]) => void = () => {},
  tell: Tell = () => {},
  width = 2,
): Promise<Tried[]> {
  const queue = groups.values();
  const tried: Tried[] = [];
  const worker = async () => {
    for (const one of queue) {
      const results = await one.work(tell).catch((error: unknown) => broken(one, error));
      tried.push(...results);
      onDone(one, results);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return tried;
}

/** What ends a group ends no other one. */
function broken({ title }: Group, error: unknown): Tried[] {
  const problem = `the group's own work failed: ${error instanceof Error ? error.message : String(error)}`;
  return [{ row: title, situation: "create", run: "read", verdict: "honoured", problems: [problem] }];
}
