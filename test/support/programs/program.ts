/** A program and its history, as plain JSON: what is generated, shrunk, saved and played again. */
export interface Case {
  program: Program;
  history: Act[];
  /** `refresh: always` in Pulumi.yaml. */
  refreshAlways: boolean;
  /** What the deployment can, and what the stack is set to. */
  updates: "replace" | "patch";
  /** Secrets are used at once: by dependents when they are deployed with them, and after every command. */
  usedAtOnce: boolean;
  /** Hours by which the machine's clock is ahead of the server's; 0: both are moved by the history. */
  clockAhead: number;
}

export interface Program {
  keys: KeyDecl[];
  /** What the component `team` hands down to everything in it. */
  inherited?: Inherited;
  /** What a transform of the whole stack does to each key. */
  transform?: Transform;
}

/** `team` is a component at the root, `unit` one in `team`. */
export type Place = "root" | "team" | "unit";

export interface KeyDecl {
  name: string;
  place: Place;
  description?: Value;
  /** On scores. */
  actions: ("read" | "write")[];
  /** A permission more, declared first although it sorts last. */
  trust?: boolean;
  /** Addresses, declared in this order. */
  addresses?: string[];
  overlap?: "2h" | "1d" | "3d";
  every?: "30d";
  expiresIn?: "1h" | "90d";
  trigger: number;
  /** 0: none. */
  incident: number;
  /** The key's own name in the account, unique. */
  fixedName?: boolean;
  webhook?: boolean;
  policy?: "retain" | "prevent";
  dependents: Dependent[];
  options: KeyOptions;
}

export type Value =
  | { kind: "plain" | "secret" | "unknown"; text: string }
  /** The id of another key. */
  | { kind: "keyId"; of: string };

/** Takes the secret, in the key's component or at the root; or only waits for the key, in its component. */
export type Dependent = "sibling" | "outside" | "waits";

export interface KeyOptions {
  ignoreChanges?: string[];
  replacementTrigger?: number;
  /** Another key. */
  replaceWith?: string;
  /** Another key. */
  dependsOn?: string;
  deleteBeforeReplace?: boolean;
  replaceOnChanges?: string[];
  customTimeouts?: boolean;
  hideDiffs?: boolean;
  additionalSecretOutputs?: boolean;
  aliases?: boolean;
  /** An error hook that asks for the operation again. */
  retries?: boolean;
  /** Written out, as a careful user would. */
  retainOnDelete?: boolean;
}

export type Inherited = "retainOnDelete" | "deletedWith" | Transform;

export interface Transform {
  via: "transforms" | "transformations";
  sets: "description" | "name" | "webhooks" | "retainOnDelete" | "ignoreChanges" | "nothing";
}

/** Changes, and then one command of the engine. */
export interface Act {
  changes: Change[];
  command: Command;
  /** Ask for a preview afterwards, which must find nothing to do. */
  preview: boolean;
}

export type Change =
  | { change: "describe"; key: string; text: string }
  | { change: "permit"; key: string; actions: ("read" | "write")[] }
  | { change: "addresses"; key: string; addresses: string[] }
  | { change: "overlap"; key: string; overlap: "2h" | "1d" | "3d" }
  | { change: "trigger" | "incident" | "replacementTrigger" | "toggle"; key: string }
  | { change: "drift"; key: string; field: "description" | "permissions" | "rateLimit" }
  | { change: "revokedByHand" | "use" | "taint"; key: string }
  | { change: "clock"; minutes: number }
  | { change: "configuration" };

export interface Command {
  verb: "up" | "refresh";
  refresh?: boolean;
  /** A preview goes first, as by default. */
  previewed?: boolean;
  target?: string;
  targetDependents?: boolean;
  replace?: string;
  kill?: Kill;
  /** The API fails at this operation for as long as the command runs. */
  outage?: "create" | "revoke" | "list";
}

/** A kill -9 while the emulator holds a request; `both`: the provider and the program, too. */
export interface Kill {
  operation: "create" | "revoke" | "list" | "update";
  nth: number;
  when: "before" | "after";
  who: "engine" | "both";
}

/** What a transform does to this key, if one does: that of its component, else that of the stack. */
export function transformsOf(program: Program, key: KeyDecl): Transform[] {
  const { inherited, transform } = program;
  const own = key.place !== "root" && typeof inherited === "object" ? [inherited] : [];
  return [...own, ...(transform === undefined ? [] : [transform])];
}

/** True where the engine is told, in a way the constructor can't stop, to leave out `delete`: Pulumi's own limit. */
export function skipsDelete(program: Program, key: KeyDecl): boolean {
  const byTransform = transformsOf(program, key).some(({ sets }) => sets === "retainOnDelete");
  return byTransform || (key.place !== "root" && program.inherited === "deletedWith");
}

/** What the engine ignores of this key. */
export function ignored(program: Program, key: KeyDecl): string[] {
  const byTransform = transformsOf(program, key).some(({ sets }) => sets === "ignoreChanges");
  return byTransform ? ["description"] : (key.options.ignoreChanges ?? []);
}

/** The program after one change; itself where the change is none of the program. `all`: the keys as first declared. */
export function changed(program: Program, all: readonly KeyDecl[], change: Change): Program {
  if (!("key" in change)) return program;
  const { keys } = program;
  if (change.change !== "toggle") {
    return { ...program, keys: keys.map((key) => (key.name === change.key ? edited(key, change) : key)) };
  }
  const others = keys.filter(({ name }) => name !== change.key);
  if (others.length < keys.length) return { ...program, keys: others };
  const back = all.flatMap(
    (first) => keys.find(({ name }) => name === first.name) ?? (first.name === change.key ? [first] : []),
  );
  return { ...program, keys: back };
}

function edited(key: KeyDecl, change: Change): KeyDecl {
  const { description, options } = key;
  switch (change.change) {
    case "describe":
      if (description?.kind === "keyId") return key;
      return { ...key, description: { kind: description?.kind ?? "plain", text: change.text } };
    case "permit":
      return { ...key, actions: change.actions };
    case "addresses":
      return { ...key, addresses: change.addresses };
    case "overlap":
      return key.overlap === undefined ? key : { ...key, overlap: change.overlap };
    case "trigger":
      return { ...key, trigger: key.trigger + 1 };
    case "incident":
      return { ...key, incident: key.incident + 1 };
    case "replacementTrigger": {
      const { replacementTrigger: before } = options;
      return before === undefined ? key : { ...key, options: { ...options, replacementTrigger: before + 1 } };
    }
    default:
      return key;
  }
}
