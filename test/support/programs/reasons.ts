import type { Wanted } from "./wanted.ts";

/** Why a key must give way to a new one, and why it may. */
export interface Reasons {
  must: string[];
  may: string[];
}

/** An edit made in the account; `seen` once a run has read it. */
export interface Edit {
  field: string;
  seen: boolean;
}

export interface About {
  /** What the program asks for, with `ignoreChanges` applied. */
  fields: Wanted;
  /** What the living key was made from. */
  made: Wanted;
  /** What the program asks for. */
  wanted: Wanted;
  edits: readonly Edit[];
  /** Milliseconds since the key was made, and until it ends by itself. */
  age: number;
  left: number;
  dead: boolean;
  /** Taint, or `--replace` in this run. */
  forced: boolean;
  refreshed: boolean;
  /** The deployment changes keys in place. */
  patches: boolean;
  /** A key that this one goes with, or waits for, is a new one. */
  partnerMoved: boolean;
}

/** Instants are compared with this much doubt; a history stays clear of it. */
export const DOUBT_MS = 10 * 60_000;

export function reasonsOf(about: About): Reasons {
  const { fields, made, wanted, edits, age, left, patches } = about;
  const found: Reasons = { must: [], may: [] };
  const add = (given: boolean, certain: boolean, why: string) =>
    void (given && found[certain ? "must" : "may"].push(why));
  // A path with an index may be refused, or mean the program's order: either is right, a mixture isn't.
  const certain = !fields.ignored.some((path) => path.includes("["));
  // It names a part of an entry: what somebody changed beside it counts.
  const drifted = edits.some(
    ({ field, seen }) =>
      seen && isDeclared(field, fields) && ![field, "*"].some((path) => fields.ignored.includes(path)),
  );
  const overdue = age - (fields.everyMs ?? Number.POSITIVE_INFINITY);
  add(!patches && !sameFields(fields, made), certain, "the program changed");
  add(!patches && drifted, certain, "someone changed it");
  add(isForced(fields, made, drifted), false, "of replaceOnChanges");
  add(fields.trigger !== made.trigger, true, "its trigger changed");
  add(fields.incident !== made.incident, true, "it is compromised");
  add(wanted.replacementTrigger !== made.replacementTrigger, true, "its replacementTrigger changed");
  add(about.forced, true, "of taint or --replace");
  add(overdue > -DOUBT_MS, overdue > DOUBT_MS, "its rotation is due");
  add(left < DOUBT_MS, left < -DOUBT_MS, "it ends");
  add(about.dead, about.refreshed, "it is dead");
  add(about.partnerMoved, false, "another key is replaced");
  return found;
}

/** What `replaceOnChanges` names has changed; `*` means what only the provider knows, too. */
function isForced(fields: Wanted, made: Wanted, drifted: boolean): boolean {
  const local = fields.policy !== made.policy || fields.overlapMs !== made.overlapMs;
  const all = local || drifted || !sameFields(fields, made);
  return fields.replaceOnChanges.some((path) =>
    path === "*" ? all : drifted || fields.description !== made.description,
  );
}

/** True where the program says something about this field. */
function isDeclared(field: string, { description }: Wanted): boolean {
  return field === "permissions" || (field === "description" && description !== undefined);
}

export function ignores(paths: readonly string[], field: string): boolean {
  return paths.some((path) => path === "*" || path === field || path.startsWith(`${field}[`));
}

/** Ignored fields stay as the living key has them. */
export function effective(wanted: Wanted, made: Wanted): Wanted {
  const { ignored } = wanted;
  if (ignored.includes("*")) return { ...made, ignored };
  return {
    ...wanted,
    ...(ignored.includes("description") ? { description: made.description } : {}),
    ...(ignored.includes("permissions") ? { permissions: made.permissions } : {}),
  };
}

function sameFields(a: Wanted, b: Wanted): boolean {
  return a.description === b.description && a.permissions === b.permissions;
}
