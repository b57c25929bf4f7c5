/** What happens to a key in its stack, and is tried with every option and flag. */
export const SITUATIONS = [
  "create",
  "unchanged",
  "change",
  "rotation",
  "configured",
  "drift",
  "overlapEnds",
  "removal",
  "destroy",
] as const;
export type Situation = (typeof SITUATIONS)[number];

/** As the table's head says it. */
export const SITUATION_TITLES: Readonly<Record<Situation, string>> = {
  create: "first create",
  unchanged: "no change",
  change: "change",
  rotation: "rotation with overlap",
  configured: "rotation after a changed configuration",
  drift: "drift",
  overlapEnds: "the overlap's end",
  removal: "removal",
  destroy: "destroy",
};

/** How an option reaches the key. */
export const WAYS = ["own", "inherited", "transform", "transformation"] as const;
export type Way = (typeof WAYS)[number];

/** `read`: `refresh: always`. `unread`: no refresh. `patch`: read, and the deployment can change a key in place. */
export const RUNS = ["read", "unread", "patch"] as const;
export type Run = (typeof RUNS)[number];

/** What became of one key, seen in the account and in the state. */
export type Effect =
  | "made" // one live key, which the state holds
  | "same" // the same key, and those in their overlap
  | "patched" // the same key, changed in place
  | "overlap" // another key; the old one lives on with those in their overlap
  | "ended" // another key; the old one is revoked
  | "expired" // the same key; those in their overlap are revoked
  | "gone" // not in the state; all its keys are revoked
  | "kept" // not in the state; all its keys live on
  | "refused"; // the command failed and nothing was changed

/** `limit`: Pulumi's own, shown by the floor, a provider that does nothing. */
export type Verdict = "honoured" | "refused" | "limit";

/**
 * What the floor shows in the same run, with the same option: `kept`: Pulumi replaced or removed it and called no
 * `delete`; `unmoved`: it changed and wasn't replaced; `untold`: it was told nothing of the option; `fails`: a program with nothing but the floor fails alike.
 */
export type FloorShows = "kept" | "unmoved" | "untold" | "fails";

export interface Cell {
  effect: Effect;
  verdict: Verdict;
  /** The engine's output must say this. */
  says?: RegExp;
  floor?: FloorShows;
  /** The same command with these arguments then has this effect. */
  remedied?: { args: readonly string[]; effect: Effect };
}

/** A cell that can't happen, with the reason. */
export interface Impossible {
  impossible: string;
}

export type Cells = Readonly<Partial<Record<Situation, Cell | Impossible>>>;

/** What becomes of a key that has no option at all. */
export function ordinary(situation: Situation, run: Run): Effect {
  const inPlace = run === "patch" ? "patched" : "overlap";
  const effects: Record<Situation, Effect> = {
    create: "made",
    unchanged: "same",
    change: inPlace,
    rotation: "overlap",
    configured: "overlap",
    drift: run === "unread" ? "same" : inPlace,
    overlapEnds: "expired",
    removal: "gone",
    destroy: "gone",
  };
  return effects[situation];
}

export function isImpossible(cell: object): cell is Impossible {
  return "impossible" in cell;
}

/** One cell that was tried. */
export interface Tried {
  /** `ignoreChanges/description own` or `up --replace`. */
  row: string;
  situation: Situation;
  run: Run;
  verdict: Verdict;
  /** Empty when the cell is as it should be. */
  problems: readonly string[];
}

/** Told of cells as soon as they are judged; of those that are tried again, again. */
export type Tell = (tried: readonly Tried[]) => void;
