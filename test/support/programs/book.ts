import type { KeyView } from "../../../emulator/index.ts";
import type { Change, Command } from "./program.ts";
import type { Edit } from "./reasons.ts";
import type { State } from "./stateFile.ts";
import type { Wanted } from "./wanted.ts";

/** A command and what came of it. `killed` and `refused`: it got as far as it got. */
export interface Seen {
  outcome: "ok" | "refused" | "killed";
  command: Command;
  refreshed: boolean;
  /** What the command printed. */
  said: string;
  wanted: ReadonlyMap<string, Wanted>;
  state: State;
  before: ReadonlyMap<string, KeyView>;
  after: ReadonlyMap<string, KeyView>;
  /** By the server's clock. */
  now: number;
}

/** What is known of the keys, from the program, the clock and what was done by hand. Logical names, but where ids are said. */
export interface Book {
  /** The key each name has, and what it was made from. */
  current: Map<string, { id: string; made: Wanted }>;
  /** Replaced and removed keys by id, each with the first instant that was promised for it. */
  retired: Map<string, { name: string; until: number }>;
  /** Ids that nothing ends any more. */
  retained: Set<string>;
  /** Ids revoked by hand. */
  byHand: Set<string>;
  tainted: Set<string>;
  edits: Map<string, Edit[]>;
  /** Declared compromised, since the last `up` that did all. */
  purged: Set<string>;
  /** Has a new key, since the last `up` that did all. */
  moved: Set<string>;
  tally: { replaced: number; promised: number; ended: number };
}

/** Of a key that nothing was promised for. */
export const AT_ONCE = Number.NEGATIVE_INFINITY;

export function newBook(): Book {
  return {
    current: new Map(),
    retired: new Map(),
    retained: new Set(),
    byHand: new Set(),
    tainted: new Set(),
    edits: new Map(),
    purged: new Set(),
    moved: new Set(),
    tally: { replaced: 0, promised: 0, ended: 0 },
  };
}

/** Something that somebody did by hand. */
export function note(book: Book, change: Change): void {
  if (change.change === "taint") book.tainted.add(change.key);
  if (change.change === "revokedByHand") book.byHand.add(book.current.get(change.key)?.id ?? "");
  if (change.change !== "drift") return;
  book.edits.set(change.key, [...(book.edits.get(change.key) ?? []), { field: change.field, seen: false }]);
}

export function isLive(view: KeyView | undefined): boolean {
  return view?.status === "active" || view?.status === "inactive";
}
