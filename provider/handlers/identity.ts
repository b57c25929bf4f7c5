import { ZkscoreError } from "../domain/errors.ts";
import { assertEndpoint } from "./account.ts";
import type { HandlerContext, Names } from "./context.ts";
import { liveMarked, type MarkedKey, nameOf, neverUsed } from "./remote.ts";
import { ledgerIds, revokeOrphan } from "./sweep.ts";

/**
 * The stack identity: a random id in the state, registered once per stack before its keys and destroyed after them.
 * `project` and `stack` are the names it was made for.
 */
export interface IdentityState {
  identity: string;
  project: string;
  stack: string;
  endpoint: string;
  /** An `up` ran under other names than those: the state is a copy, or the stack was renamed. */
  copied?: boolean;
}

/** The program says under which names it runs; a `destroy` without it knows only what an `up` has recorded. */
export function checkIdentity({ run }: HandlerContext, names: Names): void {
  run.programRuns = true;
  run.names = names;
}

/** The identity itself is never compared. */
export function diffIdentity(context: HandlerContext, olds: IdentityState, names: Names): { changes: boolean } {
  assertIdentityEndpoint(context, olds);
  context.run.identityKnown = true;
  if (context.run.names !== undefined) nameLeftovers(context, olds, context.run.names);
  return { changes: isCopied(olds, names) !== (olds.copied === true) };
}

export function updateIdentity(olds: IdentityState, names: Names): IdentityState {
  return { ...olds, copied: isCopied(olds, names) };
}

function isCopied({ project, stack }: IdentityState, names: Names): boolean {
  return project !== names.project || stack !== names.stack;
}

/**
 * Names live keys of this stack that stand in nothing this run has read. Never used: a killed run left them behind. Where
 * the program still declares such a key, its `create` or `update` ends it. Where it doesn't, only `destroy` and
 * `reconcile` do: no handler is called for a key whose first create was killed, and this one can't know whether a key that
 * it hasn't seen stands in a part of the state that `--exclude` left unread.
 */
function nameLeftovers(context: HandlerContext, state: IdentityState, names: Names): void {
  const { client, run, log } = context;
  const listing = run.refreshed ? client.known() : undefined;
  if (listing === undefined) return;
  const ledger = ledgerIds(context);
  const unread = [...liveMarked(listing)].filter(
    ({ key, marker }) =>
      marker.identity === state.identity && isNamed(marker, names) && !run.shown.has(key.id) && !ledger.has(key.id),
  );
  for (const { key, marker } of unread) {
    if (marker.keep || !neverUsed(key)) continue;
    log.warn(
      `${nameOf(key)} was never used and stands in nothing that this run has read of the state: left behind by a run ` +
        `that was cut off. If "${marker.name}" is still declared, this run revokes it; else \`zkscore-keys reconcile\` or ` +
        "`pulumi destroy` does",
    );
  }
  const used = unread.filter(({ key, marker }) => !marker.keep && !neverUsed(key));
  if (used.length === 0) return;
  log.info(
    `in use, with this stack's mark, and in nothing that this run has read of the state: ${used.map(({ key }) => nameOf(key)).join(", ")}. ` +
      "Let go under retain, or left by a restored or copied state, or by a replacement that was given up: see `zkscore-keys reconcile`",
  );
}

/** In a copied or renamed stack a key under other names may be the other one's. */
function isNamed({ project, stack }: Names, names: Names): boolean {
  return project === names.project && stack === names.stack;
}

/**
 * Last in `destroy`: revokes keys of this identity that were never used and that no state holds (creates that were
 * killed), and names the others. Revokes nothing
 * - where the program runs: then the identity is being replaced, and its keys live on;
 * - in a stack that has run under other names than those it was made for: that may be a copy;
 * - that a key which lives on has replaced: it was let go with that one.
 *
 * Not guaranteed: that a copy is known for one where no `up` has run since; its `destroy` ends every key it holds anyway.
 */
export async function removeIdentity(context: HandlerContext, state: IdentityState): Promise<void> {
  if (context.run.programRuns) return;
  assertIdentityEndpoint(context, state);
  const { client, run, log } = context;
  const mine = [...liveMarked(await client.list("fresh"))].filter(
    ({ key, marker }) => marker.identity === state.identity && !run.retained.has(key.id),
  );
  const isOrphan = ({ key, marker }: MarkedKey) =>
    state.copied !== true && isNamed(marker, state) && neverUsed(key) && !marker.keep && !run.shown.has(key.id);
  const staying = mine.filter((marked) => !isOrphan(marked));
  const retired = new Set(staying.flatMap(({ marker }) => marker.retires.map(({ keyId }) => keyId)));
  const orphans = mine.filter((marked) => isOrphan(marked) && !retired.has(marked.key.id));
  for (const orphan of orphans) await revokeOrphan(context, orphan);
  const named = mine.filter((marked) => !orphans.includes(marked) && !marked.marker.keep);
  if (named.length > 0) {
    log.warn(
      `these live keys carry the mark of this stack and were left alone: ${named.map(({ key }) => nameOf(key)).join(", ")}. ` +
        "They are in use, or a copy of the stack may hold them; see `zkscore-keys reconcile`",
    );
  }
}

/** Marks the run as one that has read the state, and refuses a run against another account. No request of its own. */
export function readIdentity(context: HandlerContext, state: IdentityState): IdentityState {
  if (typeof state.identity !== "string" || state.identity === "") {
    throw new ZkscoreError({
      code: "ZKS_INPUT",
      what: "the stack identity can't be read without its state",
      why: "it is a random id that only the state holds",
      remedy: "don't use StackIdentity.get; the package registers it by itself",
    });
  }
  assertIdentityEndpoint(context, state);
  context.run.refreshed = true;
  return state;
}

/** A stack lives at one deployment: a run with another base URL stops here, before any request. */
export function assertIdentityEndpoint(context: HandlerContext, state: IdentityState): void {
  assertEndpoint(context, { keyId: `(any of stack ${state.project}/${state.stack})`, endpoint: state.endpoint });
}
