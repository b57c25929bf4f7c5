import { cellOf, isImpossibleWay, type OptionRow, type Subject } from "./optionRow.ts";
import { OPTION_ROWS } from "./optionRows.ts";
import { runApart } from "./runApart.ts";
import { runTogether } from "./runTogether.ts";
import { isImpossible, RUNS, type Run, SITUATIONS, type Tried, WAYS } from "./verdicts.ts";

/** Work that needs a stack of its own. */
export interface Group {
  title: string;
  subjects: readonly Subject[];
  work: () => Promise<Tried[]>;
}

/** The keys of these rows in a run, in as few stacks as they can share. */
export function optionGroups(rows: readonly OptionRow[] = OPTION_ROWS, runs: readonly Run[] = RUNS): Group[] {
  return runs.flatMap((run) => {
    const subjects = rows.filter((row) => (row.runs ?? ["read", "unread"]).includes(run)).flatMap(subjectsOf);
    const together = subjects.filter((subject) => kindOf(subject, run) === "together");
    const size = Math.ceil(together.length / Math.ceil(together.length / 30));
    const batches = Array.from({ length: Math.ceil(together.length / size) }, (_, n) =>
      together.slice(n * size, (n + 1) * size),
    );
    const apart = (["refused", "held"] as const).map((kind) => subjects.filter((subject) => kindOf(subject, run) === kind));
    return [
      ...batches.map((batch, n) => group(`${run}: together ${n + 1}`, batch, () => runTogether(run, batch))),
      ...apart.map((batch, n) => group(`${run}: apart ${n + 1}`, batch, () => runApart(run, batch))),
    ].filter((one) => one.subjects.length > 0);
  });
}

function group(title: string, subjects: readonly Subject[], work: () => Promise<Tried[]>): Group {
  return { title, subjects, work };
}

function subjectsOf(row: OptionRow): Subject[] {
  return WAYS.filter((way) => !isImpossibleWay(row.ways[way])).map((way) => ({ row, way, name: shortName(row, way) }));
}

function shortName({ option, variant }: OptionRow, way: string): string {
  return [option, variant, way].join("-").toLowerCase().replaceAll(/[^a-z]+/g, "-").replaceAll(/-+/g, "-").slice(0, 60);
}

/** `refused` at once, refused later (`held`), or never: then it can share a stack and its commands with others. */
function kindOf(subject: Subject, run: Run): "together" | "refused" | "held" {
  const cells = SITUATIONS.map((situation) => cellOf(subject, situation, run));
  const refuses = cells.map((cell) => !isImpossible(cell) && cell.effect === "refused");
  return refuses[0] === true ? "refused" : refuses.includes(true) ? "held" : "together";
}

/** Results of all groups, so many at a time. */
export async function runGroups(groups: readonly Group[], width = 2): Promise<Tried[]> {
  const queue = groups.values();
  const tried: Tried[] = [];
  const worker = async () => {
    for (const one of queue) tried.push(...(await one.work()));
  };
  await Promise.all(Array.from({ length: width }, worker));
  return tried;
}
