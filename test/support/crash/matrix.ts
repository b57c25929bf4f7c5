/** What the crash interrupts. `retire`: the revocation at the end of a replacement. `adoptLost`: adoption without the secret. */
export const OPERATIONS = [
  "create",
  "update",
  "replace",
  "retire",
  "rotate",
  "delete",
  "refresh",
  "adopt",
  "adoptLost",
] as const;
export type CrashOperation = (typeof OPERATIONS)[number];

/** When: moments of the one request that does the operation, in order. */
export const PHASES = ["beforeSend", "beforeCommit", "afterCommit", "inBody", "afterAnswer", "beforeState"] as const;
export type CrashPhase = (typeof PHASES)[number];

/** How. `both` is a machine that dies: engine, provider, program and language host at once. */
export const KINDS = ["engine", "provider", "both", "socket", "throw"] as const;
export type CrashKind = (typeof KINDS)[number];

/** What comes after. */
export const AFTERS = ["same", "reverted", "removed", "destroy"] as const;
export type CrashAfter = (typeof AFTERS)[number];

export interface Cell {
  operation: CrashOperation;
  phase: CrashPhase;
  kind: CrashKind;
  after: CrashAfter;
}

export function cellName({ operation, phase, kind, after }: Cell): string {
  return `${operation} / ${phase} / ${kind} / ${after}`;
}

/** Why a cell can't occur, or undefined. */
export function impossible({ operation, phase, kind, after }: Cell): string | undefined {
  if (phase === "beforeState" && kind === "socket") {
    return "the handler has returned: no connection to the API is in use, and the engine's own breaks only with a process";
  }
  if (phase === "beforeState" && kind === "throw") {
    return "the handler has returned: nothing of ours is left to throw; an engine that can't write its state is kind `engine`";
  }
  if (phase === "afterAnswer" && kind === "throw" && ["retire", "delete", "refresh"].includes(operation)) {
    return "nothing comes after the answer: no dependent, no further request";
  }
  if (operation === "retire" && phase === "beforeSend" && kind === "socket") {
    return "the request before it is the POST: that is `replace`, after the answer";
  }
  if (operation === "create" && after === "reverted") return "the change is the key: to revert it is to remove it";
  if (operation === "delete" && after === "removed") return "the same program is the one without the key";
  return undefined;
}

/**
 * A first create that was killed, and then no program that declares the key: its leftover is named by the next `up` and
 * ended by `destroy` or `reconcile`, if it isn't revoked by the provider that made it. No handler is called for it, and the
 * package can't know whether a run reads the whole state.
 */
export function leavesLeftover({ operation, phase, kind, after }: Cell): boolean {
  if (!["create", "adoptLost"].includes(operation) || after !== "removed") return false;
  if (kind === "provider") return phase !== "beforeSend" && phase !== "beforeState";
  // After the answer the provider is stopped for a moment; where the engine's death is quicker than its going on, the
  // kernel hangs it up (SIGHUP to a stopped, orphaned process group), and then nobody revokes what was made.
  const mayHangUp = kind === "engine" && phase === "afterAnswer";
  return mayHangUp || (kind === "both" && phase !== "beforeSend") || (kind === "engine" && phase === "beforeState");
}

/** Every combination, those that can't occur too. */
export function allCells(): Cell[] {
  return OPERATIONS.flatMap((operation) =>
    PHASES.flatMap((phase) =>
      KINDS.flatMap((kind) => AFTERS.map((after): Cell => ({ operation, phase, kind, after }))),
    ),
  );
}

export function possibleCells(): Cell[] {
  return allCells().filter((cell) => impossible(cell) === undefined);
}

/**
 * Cells after which account and state are as after another one: a request that the server holds is committed whether its
 * client lives or not. They run with `--all` only.
 */
function isLikeAnother({ operation, phase, kind }: Cell): boolean {
  if (kind === "both") return phase !== "afterCommit" && phase !== "beforeState";
  if (kind === "provider" && (phase === "beforeCommit" || phase === "inBody")) return true;
  return (operation === "retire" || operation === "adoptLost") && kind !== "engine";
}

/**
 * Each operation × phase × kind once. What comes after goes round, so that each operation meets each `after` at some
 * phase of each kind.
 */
export function defaultCells(): Cell[] {
  return possibleCells().filter((cell) => {
    if (isLikeAnother(cell)) return false;
    const afters = AFTERS.filter((after) => impossible({ ...cell, after }) === undefined);
    const turn = PHASES.indexOf(cell.phase) + KINDS.indexOf(cell.kind) + OPERATIONS.indexOf(cell.operation);
    return afters[turn % afters.length] === cell.after;
  });
}
