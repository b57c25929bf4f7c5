import type { Bench, Verb } from "./bench.ts";
import { cellOf, type OptionRow, type Subject } from "./optionRow.ts";
import { FIRST, type Stage } from "./program.ts";
import type { Track } from "./track.ts";
import { isImpossible, type Run, type Situation } from "./verdicts.ts";

/** Longer than every overlap, and than the provider's idea of the server's time can be off. */
const PAST_OVERLAP = 3_600_000 + 600_000;

/** What a situation makes of a key's declaration. */
export function staged(situation: Situation, row: OptionRow, stage: Stage): Stage {
  switch (situation) {
    case "change":
      return changed(row, stage);
    case "rotation":
    case "configured":
      return { ...stage, trigger: stage.trigger + 1 };
    case "removal":
      return { ...stage, declared: false };
    case "create":
      return { ...stage, declared: true };
    default:
      return stage;
  }
}

function changed(row: OptionRow, stage: Stage): Stage {
  switch (row.changes) {
    case "option":
      return { ...stage, value: stage.value + 1 };
    case "field":
      return { ...stage, field: stage.field + 1 };
    case "permissions":
      return { ...stage, permissions: stage.permissions + 1 };
    case "name":
      return { ...stage, renamed: true };
    default:
      return { ...stage, description: stage.description + 1 };
  }
}

/** What happens to the world before the command, and which command it is. */
export async function prepare(bench: Bench, situation: Situation, tracks: ReadonlyMap<Subject, Track>): Promise<Verb> {
  if (situation === "configured") await bench.configure();
  if (situation === "overlapEnds") bench.advance(PAST_OVERLAP);
  if (situation === "drift")
    for (const [{ row }, { current }] of tracks)
      if (current !== undefined && bench.world.live().includes(current))
        bench.world.api.edit(current, row.drift ?? { description: "edited by hand" });
  return situation === "destroy" ? "destroy" : "up";
}

/** Whether the option stands in the program from the start, or is refused wherever it is tried. */
export function startsWithout(subject: Subject, run: Run): boolean {
  const first = cellOf(subject, "create", run);
  return !isImpossible(first) && first.effect === "refused";
}

export function firstStage(subject: Subject, run: Run): Stage {
  return { ...FIRST, option: !startsWithout(subject, run) };
}
