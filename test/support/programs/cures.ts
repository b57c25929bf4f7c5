import type { KeyDecl, Program, Transform } from "./program.ts";

/** Something a program may be refused for, by name: what the output must say of it, and the program without it. */
interface Cure {
  says: RegExp;
  applies(program: Program): boolean;
  without(program: Program, all: readonly KeyDecl[]): Program;
}

const CURES: readonly Cure[] = [
  ...(["name", "webhooks", "retainOnDelete"] as const).map((sets) => byTransform(sets)),
  {
    says: /ignoreChanges/,
    applies: ({ keys }) => keys.some(({ options }) => options.ignoreChanges?.some((path) => path.includes("["))),
    without: (program) => ({ ...program, keys: program.keys.map(withoutIndexedIgnore) }),
  },
  {
    says: /ZKS_PREVENTED/,
    applies: () => true,
    // The key comes back, and may go from then on.
    without: (program, all) => ({
      ...program,
      keys: all.map((first) => mayGo(program.keys.find(({ name }) => name === first.name) ?? first)),
    }),
  },
];

/** The program that does what a refusal advises, where it is refused for what it says; undefined: for nothing of that. */
export function cured(program: Program, all: readonly KeyDecl[], output: string): Program | undefined {
  return CURES.find(({ says, applies }) => says.test(output) && applies(program))?.without(program, all);
}

function byTransform(sets: Transform["sets"]): Cure {
  const isIt = (it: Program["inherited"]) => typeof it === "object" && it.sets === sets;
  return {
    says: new RegExp(`transform[^]*\\b${sets}\\b|\\b${sets}\\b[^]*transform`),
    applies: ({ transform, inherited }) => isIt(transform) || isIt(inherited),
    without: ({ transform, inherited, ...program }) => ({
      ...program,
      ...(transform === undefined || isIt(transform) ? {} : { transform }),
      ...(inherited === undefined || isIt(inherited) ? {} : { inherited }),
    }),
  };
}

function withoutIndexedIgnore(key: KeyDecl): KeyDecl {
  const { ignoreChanges, ...options } = key.options;
  return ignoreChanges?.some((path) => path.includes("[")) ? { ...key, options } : key;
}

export function mayGo({ policy, ...key }: KeyDecl): KeyDecl {
  if (policy === "retain") return { ...key, policy };
  // `*` would ignore the change of the policy as well.
  const { ignoreChanges, ...options } = key.options;
  return policy === "prevent" && ignoreChanges?.includes("*") ? { ...key, options } : key;
}
