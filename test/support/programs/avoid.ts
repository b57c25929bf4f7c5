import type { Case } from "./program.ts";

/** What can be left out of what is generated: what is known to fail would hide the rest. */
const AVOIDABLE = {
  components: (it) => withKeys(it, (key) => ({ ...key, place: "root" })),
  ignoreChanges: (it) =>
    withKeys(it, ({ options: { ignoreChanges: _none, ...options }, ...key }) => ({ ...key, options })),
  transforms: ({ program: { keys }, ...it }) => ({ ...it, program: { keys } }),
  clocks: (it) => ({ ...it, clockAhead: 0 }),
  configuration: (it) => ({
    ...it,
    history: it.history.map((act) => ({
      ...act,
      changes: act.changes.filter(({ change }) => change !== "configuration"),
    })),
  }),
  unread: (it) => ({ ...it, refreshAlways: true }),
  kills: (it) => ({
    ...it,
    history: it.history.map(({ command: { kill: _none, ...command }, ...act }) => ({ ...act, command })),
  }),
} satisfies Record<string, (it: Case) => Case>;

export type Avoided = keyof typeof AVOIDABLE;
export const AVOIDED = Object.keys(AVOIDABLE);

export function isAvoided(name: string): name is Avoided {
  return AVOIDED.includes(name);
}

export function avoiding(it: Case, names: readonly Avoided[]): Case {
  return names.reduce((made, name) => AVOIDABLE[name](made), it);
}

function withKeys(it: Case, edit: (key: Case["program"]["keys"][number]) => Case["program"]["keys"][number]): Case {
  return { ...it, program: { ...it.program, keys: it.program.keys.map(edit) } };
}
