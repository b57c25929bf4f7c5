import { type Case, type Command, ignored, type KeyDecl } from "./program.ts";

/** How often something was tried or seen, by name. */
export type Tally = Record<string, number>;

export function add(tally: Tally, label: string, count = 1): void {
  tally[label] = (tally[label] ?? 0) + count;
}

export function sum(tallies: readonly Tally[]): Tally {
  const total: Tally = {};
  for (const tally of tallies) for (const [label, count] of Object.entries(tally)) add(total, label, count);
  return total;
}

/** What a program is made of. */
export function countProgram(tally: Tally, { program, refreshAlways, updates, clockAhead }: Case): void {
  add(tally, `refresh always: ${refreshAlways}`);
  add(tally, `updates: ${updates}`);
  if (clockAhead !== 0) add(tally, `clock ${clockAhead > 0 ? "ahead" : "behind"}`);
  const { transform, inherited } = program;
  if (transform !== undefined) add(tally, `transform of the stack: ${transform.sets}`);
  if (typeof inherited === "object") add(tally, `transform of a component: ${inherited.sets}`);
  if (typeof inherited === "string") add(tally, `inherited: ${inherited}`);
  for (const key of program.keys) countKey(tally, key);
  for (const key of program.keys) for (const path of ignored(program, key)) add(tally, `ignores: ${path}`);
}

function countKey(tally: Tally, key: KeyDecl): void {
  add(tally, `key in: ${key.place}`);
  if (key.description !== undefined) add(tally, `value: ${key.description.kind}`);
  for (const dependent of key.dependents) add(tally, `dependent: ${key.place === "root" ? "root " : ""}${dependent}`);
  for (const option of Object.keys(key.options)) add(tally, `option: ${option}`);
  for (const field of ["overlap", "every", "expiresIn", "fixedName", "webhook", "policy"] as const) {
    if (key[field] !== undefined) add(tally, `argument: ${field}`);
  }
}

export function commandName({
  verb,
  refresh,
  previewed,
  target,
  targetDependents,
  replace,
  kill,
  outage,
}: Command): string {
  return [
    verb,
    ...(refresh ? ["--refresh"] : []),
    ...(previewed ? ["with a preview"] : []),
    ...(target === undefined ? [] : ["--target"]),
    ...(targetDependents ? ["--target-dependents"] : []),
    ...(replace === undefined ? [] : ["--replace"]),
    ...(kill === undefined ? [] : ["killed"]),
    ...(outage === undefined ? [] : ["in an outage"]),
  ].join(" ");
}
