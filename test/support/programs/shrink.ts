import type { Act, Case, KeyDecl, Program } from "./program.ts";

/** A case made smaller while it still fails in the same way. A trial is seconds of real engine, so their number is bounded. */
export async function shrink(
  it: Case,
  fails: (smaller: Case) => Promise<boolean>,
  trials: number,
): Promise<{ smallest: Case; tried: number }> {
  let smallest = it;
  let tried = 0;
  const seen = new Set([JSON.stringify(it)]);
  for (let at = 0; tried < trials; ) {
    const smaller = candidates(smallest)[at];
    if (smaller === undefined) break;
    at += 1;
    const text = JSON.stringify(smaller);
    if (seen.has(text)) continue;
    seen.add(text);
    tried += 1;
    if (!(await fails(smaller))) continue;
    smallest = smaller;
    at = 0;
  }
  return { smallest, tried };
}

/** One step smaller, the greatest steps first. */
function candidates(it: Case): Case[] {
  const { program, history } = it;
  const last = history.length - 1;
  return [
    // What comes before the last act, all at once: often the last alone is enough.
    ...(last > 0 ? [{ ...it, history: history.slice(last) }] : []),
    ...program.keys.map(({ name }) => ({ ...it, program: without(program, name) })),
    ...history.map((_act, at) => ({ ...it, history: history.filter((_other, index) => index !== at) })),
    ...bare(program).map((smaller) => ({ ...it, program: smaller })),
    ...history.flatMap((act, at) => acts(act).map((smaller) => ({ ...it, history: history.with(at, smaller) }))),
    ...program.keys.flatMap((key, at) =>
      keys(key).map((smaller) => ({ ...it, program: { ...program, keys: program.keys.with(at, smaller) } })),
    ),
    ...(it.updates === "patch" ? [{ ...it, updates: "replace" as const }] : []),
    ...(it.usedAtOnce ? [{ ...it, usedAtOnce: false }] : []),
    ...(it.clockAhead === 0 ? [] : [{ ...it, clockAhead: 0 }]),
  ];
}

function without(program: Program, name: string): Program {
  const left = program.keys.filter((key) => key.name !== name);
  return {
    ...program,
    keys: left.map((key) =>
      key.description?.kind === "keyId" && key.description.of === name ? drop(key, "description") : key,
    ),
  };
}

function bare(program: Program): Program[] {
  return (["inherited", "transform"] as const).flatMap((part) =>
    program[part] === undefined ? [] : [drop(program, part)],
  );
}

/** Without all its options and dependents at once, then without one thing less. */
function keys(key: KeyDecl): KeyDecl[] {
  const parts = [
    "description",
    "trust",
    "addresses",
    "overlap",
    "every",
    "expiresIn",
    "fixedName",
    "webhook",
    "policy",
  ] as const;
  const options = Object.keys(key.options) as (keyof KeyDecl["options"])[];
  return [
    ...(options.length > 1 ? [{ ...key, options: {} }] : []),
    ...(key.dependents.length > 0 ? [{ ...key, dependents: [] }] : []),
    ...(key.place === "root" ? [] : [{ ...key, place: "root" as const }]),
    ...(key.place === "unit" ? [{ ...key, place: "team" as const }] : []),
    ...parts.flatMap((part) => (key[part] === undefined ? [] : [drop(key, part)])),
    ...options.map((option) => ({ ...key, options: drop(key.options, option) })),
    ...(key.description?.kind === "secret" || key.description?.kind === "unknown"
      ? [{ ...key, description: { kind: "plain" as const, text: key.description.text } }]
      : []),
  ];
}

function acts(act: Act): Act[] {
  const { command, changes } = act;
  const flags = (["refresh", "previewed", "target", "targetDependents", "replace", "kill", "outage"] as const).filter(
    (flag) => command[flag] !== undefined,
  );
  return [
    ...changes.map((_change, at) => ({ ...act, changes: changes.filter((_other, index) => index !== at) })),
    ...flags.map((flag) => ({ ...act, command: drop(command, flag) })),
    ...(act.preview ? [{ ...act, preview: false }] : []),
  ];
}

function drop<T extends object, K extends keyof T>(from: T, field: K): T {
  const { [field]: _gone, ...rest } = from;
  // Only fields that may be absent are dropped.
  return rest as unknown as T;
}

/** What kind of failure it is: its words without ids, names and instants. */
export function kindOf(wrong: string): string {
  return (wrong.split("\n")[0] ?? "")
    .replace(/key_\w+|"[^"]*"|\d{4}-\S+|\bk\d\b(-\w+)?|[0-9a-f]{8,}/g, "·")
    .slice(0, 120);
}
