import type { UpdateRequest } from "../../../provider/domain/wire.ts";
import {
  type Cell,
  type Cells,
  type Impossible,
  ordinary,
  type Run,
  SITUATIONS,
  type Situation,
  type Way,
} from "./verdicts.ts";

/** One way of writing one option, and what is expected of it. */
export interface OptionRow {
  option: string;
  /** Tells rows of one option apart. */
  variant?: string;
  /** As it stands in the program. `n` grows when the option is what changes; `other` is another resource; `s` the key's name. */
  written: string;
  /** Statements before it. */
  before?: string;
  /** What "change" changes: default the description. */
  changes?: "option" | "field" | "permissions" | "name";
  /** More arguments of the key; `f` grows when a field is what changes. */
  args?: string;
  /** Permissions as text; `p` grows when they are what changes. */
  permissions?: string;
  /** Inputs of the floor; default: it is replaced when the key's arguments change. */
  floor?: string;
  /** The keys have no overlap. */
  withoutOverlap?: true;
  /** What somebody edits in the account. Default: the description. */
  drift?: UpdateRequest;
  /** Of a control: after this the test itself revokes the key that was replaced. */
  spoils?: Situation;
  /** Default: read and unread. */
  runs?: readonly Run[];
  ways: Readonly<Record<Way, WayRow | Impossible>>;
  /** For the table: what it does to a key, in a line. */
  says: string;
  /** What to do about a limit; needed where there is one. */
  remedy?: string;
}

/** What is expected of one way; what isn't named is ordinary, and honoured. */
export interface WayRow {
  cells?: Cells;
  /** Over `cells`, in that run. */
  unread?: Cells;
  patch?: Cells;
  /** Pulumi doesn't hand the option down: a component's says nothing about the keys in it. */
  handedDown?: false;
}

/** A row in one of its ways: one key of a stack. */
export interface Subject {
  row: OptionRow;
  way: Way;
  /** Logical name. */
  name: string;
}

export function rowId({ option, variant }: OptionRow): string {
  return variant === undefined ? option : `${option} (${variant})`;
}

/** Its logical names: two where it is renamed. */
export function namesOf({ row, way, name }: Subject): string[] {
  return row.changes === "name" && way !== "inherited" ? [name, `${name}-renamed`] : [name];
}

/** The cell of a subject in a run. */
export function cellOf({ row, way }: Subject, situation: Situation, run: Run): Cell | Impossible {
  const tried = row.ways[way];
  if ("impossible" in tried) return tried;
  const special = run === "read" ? undefined : tried[run]?.[situation];
  const own = run === "patch" ? undefined : tried.cells?.[situation];
  const cell = special ?? own ?? { effect: usual(row, situation, run), verdict: "honoured" as const };
  // Drift that nobody reads stays.
  const unseen = run === "unread" && situation === "drift" && special === undefined && !("impossible" in cell);
  return unseen && cell.effect !== "refused" ? { effect: "same", verdict: "honoured" } : cell;
}

function usual(row: OptionRow, situation: Situation, run: Run) {
  const effect = ordinary(situation, run);
  if (row.withoutOverlap !== true) return effect;
  return effect === "overlap" ? "ended" : effect === "expired" ? "same" : effect;
}

/** Refused in every situation in which the program runs: then it never gets into the state. */
export function refused(says: RegExp): WayRow {
  return { cells: inEverySituation({ effect: "refused", verdict: "refused", says }) };
}

/** Pulumi refuses it itself, with any provider, and before it looks at the state: so twice is enough. */
export function refusedByPulumi(says: RegExp): WayRow {
  const cell: Cell = { effect: "refused", verdict: "limit", says, floor: "fails" };
  const never = { impossible: "Pulumi refuses it before it looks at the state: as at a change" };
  const cells = SITUATIONS.map((situation) => [
    situation,
    situation === "create" || situation === "change" ? cell : never,
  ]);
  return { cells: Object.fromEntries(cells) };
}

function inEverySituation(cell: Cell): Cells {
  const never = { impossible: "it is refused before it gets into the state, and these don't look at the program" };
  return Object.fromEntries(
    SITUATIONS.map((situation) => [
      situation,
      situation === "removal" || situation === "destroy" || situation === "overlapEnds" ? never : cell,
    ]),
  );
}

export function isImpossibleWay(tried: WayRow | Impossible): tried is Impossible {
  return "impossible" in tried;
}
