import type { KeyInputs, KeyState, Retired } from "../domain/inputs.ts";
import { sha256 } from "../domain/stable.ts";
import type { Fact, FactLog, ListedKey, Replacement, Sighting } from "./facts.ts";

/** The names a stack goes by. */
export interface StackName {
  project: string;
  stack: string;
}

/**
 * What this engine run knows of the stack. The engine's calls are the only view of the state that a dynamic provider
 * gets, and one run may use several provider processes: what the others have seen comes in by `catchUp`.
 */
export interface StackView {
  // Facts, told by the handlers.
  stateRead(): void;
  identityStood(endpoint: string): void;
  /** The state has this identity, or this run has made it. */
  identified(identity: string): void;
  programRuns(name: StackName): void;
  declares(owner: string): void;
  /** The inputs of this resource were checked: its key is kept or made next, or what depends on it is deleted first. */
  registering(owner: string): void;
  registered(owner: string): void;
  /** The engine showed this key. `holder`: the owner of the resource that has it, where it isn't the state's. */
  showed(state: KeyState, holder?: string): void;
  announced(replacement: Replacement, olds: KeyState): void;
  keeps(keyId: string): void;
  /** This run made or adopted the key; `retires` may be missing in the next listing, where the server drops the marker. */
  made(state: KeyState, retires: readonly Retired[]): void;
  /** Its creation failed after the key was made. */
  begun(state: KeyState): void;
  awaitsSuccessor(keyId: string): void;
  letGo(keyId: string): void;
  overlapIsOver(keyIds: readonly string[]): void;
  clockRead(serverAheadMs: number): void;
  /** Live keys with this stack's mark, in a listing of this process. */
  listed(keys: readonly ListedKey[]): void;
  lookedUp(keyId: string, problem: string | undefined): void;
  /** Takes in what other provider processes of this run have told. */
  catchUp(): void;

  // Questions.
  /** Every key of the state has been shown: the engine reads all before the program runs. */
  readonly stateIsRead: boolean;
  readonly isProgramRun: boolean;
  /** The names the program goes by. Absent in `destroy` and `refresh`: only the program tells the stack's name. */
  readonly stack: StackName | undefined;
  /** Where the stack identity was last used, if the state held one before this run. */
  readonly identityEndpoint: string | undefined;
  /**
   * The identities that are this stack's own, as far as this run knows them: two where it is being replaced, none where the
   * engine has shown none (`--target`).
   */
  readonly identities: ReadonlySet<string>;
  /** The server's clock minus this machine's, as last seen in this run. */
  readonly serverAheadMs: number | undefined;
  /** What another process of this run has listed last. */
  readonly listedElsewhere: readonly ListedKey[] | undefined;
  /** Keys the engine has shown. */
  shown(): Iterable<Sighting>;
  sighting(keyId: string): Sighting | undefined;
  /** The key stands in the state. */
  isShown(keyId: string): boolean;
  /** The key stands in the state, or this run made it. */
  has(keyId: string): boolean;
  isMade(keyId: string): boolean;
  /** The owner of the resource that has the key: in the state, or as this run made it. */
  ownerOf(keyId: string): string | undefined;
  /** The program goes on with this key: this run made it, adopted it or left it as it is. Nothing that it was retired by revokes it. */
  inUse(keyId: string): boolean;
  keysOf(owner: string): Sighting[];
  isDeclared(owner: string): boolean;
  /** The replacement of this key that `diff` announced. */
  replacementOf(keyId: string): Replacement | undefined;
  /** The key that the new key of this owner replaces, as `diff` of this process got it. */
  supersededBy(owner: string): KeyState | undefined;
  /** Keys whose replacement `diff` of this process has announced. */
  superseded(): Iterable<KeyState>;
  /** The replacement that makes a key of this owner. */
  replacementFor(owner: string): Replacement | undefined;
  /** The owner of the resource that has the key now. */
  holderOf(state: KeyState): string;
  /** The resource has another key by now: made, or kept. */
  hasSuccessor(state: KeyState): boolean;
  /**
   * The resource goes on with another key: the program declares it in this run, or still runs. The engine deletes what was
   * removed once the program has ended, so what it deletes before is replaced.
   */
  resourceGoesOn(state: KeyState): boolean;
  /** A stack that can make its first key anywhere: whether it has keys is known, and it has none. */
  isNewStack(identity: string): boolean;
  isOver(keyId: string): boolean;
  isLetGo(keyId: string): boolean;
  waitsForSuccessor(keyId: string): boolean;
  /** What each key of the state, and each that this run made, retires and has still to outlive. */
  retirements(): Iterable<{ holder: string; retired: readonly Retired[] }>;
  /** The same, with what the engine was to delete at once. */
  everRetired(): Iterable<{ holder: string; retired: readonly Retired[] }>;
  /** The key that this process made for the owner. */
  madeFor(owner: string): KeyState | undefined;
  /** The key that `create` of this process made for the owner before it failed: a repeated `create` goes on with it. */
  begunFor(owner: string): KeyState | undefined;
  /** Keys of the state that aren't listed where the deployment moved to, and why. */
  notMoved(): { keyId: string; problem: string }[];
  isLookedUp(keyId: string): boolean;
}

const ALONE: FactLog = { append: () => {}, fresh: () => [] };

/** The owner of the resource that has this key: by its mark, or after an alias or a move. */
export function holderOf(state: KeyState): string {
  return state.heldBy ?? state.ownership.owner;
}

export function compromisedDigest(keyId: string, compromised: string | undefined): string | undefined {
  return compromised === undefined ? undefined : sha256(`${keyId}\n${compromised}`).slice(0, 32);
}

export function sightingOf(state: KeyState, holder = holderOf(state)): Sighting {
  const { keyId, ownership, endpoint, previous, adopt, fingerprint, unfinished, rotation, status } = state;
  const { identity, project, stack } = ownership;
  const compromised = compromisedDigest(keyId, rotation?.compromised);
  return {
    ...{ keyId, holder, identity, project, stack, endpoint, previous, fingerprint, status },
    retires: state.retires ?? [],
    ...(adopt === undefined ? {} : { adopted: adopt.keyId }),
    ...(unfinished === undefined ? {} : { unfinished }),
    ...(compromised === undefined ? {} : { compromised }),
  };
}

/** @param log how this process shares what it learns with the others of the engine run; default: not at all */
export function createStackView(log: FactLog = ALONE): StackView {
  const shown = new Map<string, Sighting>();
  const made = new Map<string, { owner: string; retires: readonly Retired[] }>();
  const kept = new Set<string>();
  const declared = new Set<string>();
  const registering = new Set<string>();
  const over = new Set<string>();
  const awaiting = new Set<string>();
  const released = new Set<string>();
  const replacements = new Map<string, Replacement>();
  const lookedUp = new Map<string, string | undefined>();
  const identities = new Set<string>();
  let stateIsRead = false;
  let isProgramRun = false;
  let stack: StackName | undefined;
  let identityEndpoint: string | undefined;
  let serverAheadMs: number | undefined;
  let listedElsewhere: readonly ListedKey[] | undefined;
  // Of this process only: they hold secrets.
  const superseded = new Map<string, KeyState>();
  const unfinished = new Map<string, KeyState>();
  const madeHere = new Map<string, KeyState>();

  const apply = (fact: Fact): void => {
    switch (fact.is) {
      case "state read":
        stateIsRead = true;
        return;
      case "identity stood":
        identityEndpoint = fact.endpoint;
        return;
      case "identity":
        identities.add(fact.identity);
        return;
      case "program runs":
        isProgramRun = true;
        stack = { project: fact.project, stack: fact.stack };
        return;
      case "declared":
        isProgramRun = true;
        declared.add(fact.owner);
        return;
      case "registering":
        registering.add(fact.owner);
        return;
      case "registered":
        registering.delete(fact.owner);
        return;
      case "shown":
        shown.set(fact.key.keyId, fact.key);
        return;
      case "replacement":
        replacements.set(fact.replacement.owner, fact.replacement);
        kept.delete(fact.replacement.keyId);
        return;
      case "kept":
        kept.add(fact.keyId);
        return;
      case "made":
        made.set(fact.keyId, { owner: fact.owner, retires: fact.retires });
        return;
      case "awaits successor":
        awaiting.add(fact.keyId);
        return;
      case "let go":
        released.add(fact.keyId);
        return;
      case "overlap over":
        for (const keyId of fact.keyIds) over.add(keyId);
        return;
      case "listed":
        listedElsewhere = fact.keys;
        return;
      case "clock":
        serverAheadMs = fact.aheadMs;
        return;
      case "looked up":
        lookedUp.set(fact.keyId, fact.problem);
        return;
    }
  };
  const tell = (fact: Fact): void => {
    apply(fact);
    log.append(fact);
  };
  const holder = (state: KeyState) => shown.get(state.keyId)?.holder ?? holderOf(state);
  const keysOf = (owner: string) => [...shown.values()].filter((key) => key.holder === owner);
  function* retirements() {
    for (const { keyId, previous } of shown.values()) yield { holder: keyId, retired: previous };
    for (const [keyId, { retires }] of made) yield { holder: keyId, retired: retires };
  }
  const replacementOf = (keyId: string) => [...replacements.values()].find((one) => one.keyId === keyId);

  return {
    stateRead: () => tell({ is: "state read" }),
    identityStood: (endpoint) => tell({ is: "identity stood", endpoint }),
    identified: (identity) => tell({ is: "identity", identity }),
    programRuns: ({ project, stack: name }) => tell({ is: "program runs", project, stack: name }),
    declares: (owner) => tell({ is: "declared", owner }),
    registering: (owner) => tell({ is: "registering", owner }),
    registered: (owner) => tell({ is: "registered", owner }),
    showed: (state, by) => tell({ is: "shown", key: sightingOf(state, by) }),
    announced(replacement, olds) {
      tell({ is: "replacement", replacement });
      superseded.set(replacement.owner, olds);
    },
    keeps: (keyId) => tell({ is: "kept", keyId }),
    made(state, retires) {
      tell({ is: "made", keyId: state.keyId, owner: holderOf(state), retires: [...retires] });
      madeHere.set(holderOf(state), state);
    },
    begun: (state) => void unfinished.set(holderOf(state), state),
    awaitsSuccessor: (keyId) => tell({ is: "awaits successor", keyId }),
    letGo: (keyId) => tell({ is: "let go", keyId }),
    overlapIsOver: (keyIds) => (keyIds.length === 0 ? undefined : tell({ is: "overlap over", keyIds: [...keyIds] })),
    clockRead(aheadMs) {
      // A second or two is the way of an answer; only a step is news.
      if (serverAheadMs === undefined || Math.abs(aheadMs - serverAheadMs) > 2_000) tell({ is: "clock", aheadMs });
    },
    listed: (keys) => log.append({ is: "listed", keys: [...keys] }),
    lookedUp: (keyId, problem) => tell({ is: "looked up", keyId, ...(problem === undefined ? {} : { problem }) }),
    catchUp() {
      for (const fact of log.fresh()) apply(fact);
    },

    get stateIsRead() {
      return stateIsRead;
    },
    get isProgramRun() {
      return isProgramRun;
    },
    get stack() {
      return stack;
    },
    get identityEndpoint() {
      return identityEndpoint;
    },
    identities,
    get serverAheadMs() {
      return serverAheadMs;
    },
    get listedElsewhere() {
      return listedElsewhere;
    },
    shown: () => shown.values(),
    sighting: (keyId) => shown.get(keyId),
    isShown: (keyId) => shown.has(keyId),
    has: (keyId) => shown.has(keyId) || made.has(keyId),
    isMade: (keyId) => made.has(keyId),
    ownerOf: (keyId) => shown.get(keyId)?.holder ?? made.get(keyId)?.owner,
    inUse: (keyId) => made.has(keyId) || kept.has(keyId),
    keysOf,
    isDeclared: (owner) => declared.has(owner),
    replacementOf,
    supersededBy: (owner) => superseded.get(owner),
    superseded: () => superseded.values(),
    replacementFor: (owner) => replacements.get(owner),
    holderOf: holder,
    hasSuccessor(state) {
      const by = holder(state);
      const lives = [...kept].some((keyId) => shown.get(keyId)?.holder === by);
      return lives || [...made.values()].some(({ owner }) => owner === by);
    },
    resourceGoesOn: (state) =>
      replacementOf(state.keyId) !== undefined || declared.has(holder(state)) || registering.size > 0,
    isNewStack(identity) {
      const known = [...shown.values()].some((key) => key.identity === identity);
      return !known && (stateIsRead || identityEndpoint === undefined);
    },
    isOver: (keyId) => over.has(keyId),
    isLetGo: (keyId) => released.has(keyId),
    waitsForSuccessor: (keyId) => awaiting.has(keyId),
    retirements,
    *everRetired() {
      yield* retirements();
      for (const { keyId, retires } of shown.values()) yield { holder: keyId, retired: retires };
    },
    madeFor: (owner) => madeHere.get(owner),
    begunFor: (owner) => unfinished.get(owner),
    notMoved: () => [...lookedUp].flatMap(([keyId, problem]) => (problem === undefined ? [] : [{ keyId, problem }])),
    isLookedUp: (keyId) => lookedUp.has(keyId),
  };
}

/** Whether a replacement of the key revokes every other key of its resource: declared compromised now, or before and not done. */
export function isIncident(key: Sighting, news: KeyInputs): boolean {
  if (key.unfinished === "purge") return true;
  const declared = news.rotation?.compromised;
  return declared !== undefined && compromisedDigest(key.keyId, declared) !== key.compromised;
}
