import { randomUUID } from "node:crypto";
import { nameOf } from "../api/keyStatus.ts";
import { ZkscoreError } from "../domain/errors.ts";
import { shown } from "../domain/shown.ts";
import { revokeOrphan } from "../keys/orphans.ts";
import { planStackRemoval } from "../plan/stackRemoval.ts";
import type { HandlerContext } from "../stack/context.ts";
import { knownListing } from "../stack/known.ts";
import { sameStack, standings } from "../stack/standing.ts";
import type { StackName } from "../stack/view.ts";

/**
 * The stack identity: a random id in the state, registered once per stack before its keys and destroyed after them.
 * `project` and `stack` are the names it was made for.
 */
export interface IdentityState {
  identity: string;
  project: string;
  stack: string;
  /** The deployment that the stack was last used with. A stack without keys isn't bound to it. */
  endpoint: string;
  /** An `up` ran under other names than those: the state is a copy, or the stack was renamed. */
  copied?: boolean;
}

/** The program says under which names it runs; a `destroy` without it knows only what an `up` has recorded. */
export function checkIdentity({ view }: HandlerContext, name: StackName): void {
  view.programRuns(name);
}

/** The identity itself is never compared. */
export function diffIdentity(context: HandlerContext, olds: IdentityState, name: StackName): { changes: boolean } {
  const { view } = context;
  view.identityStood(olds.endpoint);
  view.identified(olds.identity);
  if (view.stack !== undefined) nameOrphans(context, olds, view.stack);
  return { changes: isCopied(olds, name) !== (olds.copied === true) || endpointNow(context, olds) !== olds.endpoint };
}

/** Made once per stack. */
export function createIdentity({ view, settings }: HandlerContext, { project, stack }: StackName): IdentityState {
  const identity = randomUUID();
  view.identified(identity);
  return { project, stack, identity, endpoint: settings.endpoint };
}

export function updateIdentity(context: HandlerContext, olds: IdentityState, name: StackName): IdentityState {
  return { ...olds, copied: isCopied(olds, name), endpoint: endpointNow(context, olds) };
}

/** Once the state is read: where its keys live. A stack without keys, or whose keys all moved, goes where the run goes. */
function endpointNow({ view, settings }: HandlerContext, olds: IdentityState): string {
  if (!view.stateIsRead || view.notMoved().length > 0) return olds.endpoint;
  const stays = [...view.shown()].some(({ endpoint }) => endpoint !== settings.endpoint);
  return stays && !settings.confirmMoved ? olds.endpoint : settings.endpoint;
}

function isCopied(state: IdentityState, name: StackName): boolean {
  return !sameStack(state, name);
}

/**
 * Names live keys of this stack that stand in nothing this run has read. Never used: a killed run left them behind. Where
 * the program still declares such a key, its `create` or `update` revokes it. Where it doesn't, only `destroy` and
 * `reconcile` do: no handler is called for a key whose first create was killed, and this one can't know whether a key that
 * it hasn't seen stands in a part of the state that `--exclude` left unread.
 */
function nameOrphans(context: HandlerContext, state: IdentityState, name: StackName): void {
  const { view, log } = context;
  const listing = view.stateIsRead ? knownListing(context) : undefined;
  if (listing === undefined) return;
  const orphans = standings(listing, view, { names: name })
    .ofIdentity(state.identity)
    .flatMap(({ standing, ...marked }) => (standing.is === "orphan" ? [{ ...marked, doubts: standing.doubts }] : []))
    .filter(({ doubts }) => !doubts.includes("other names") && !doubts.includes("made under retain"));
  for (const { key, marker } of orphans.filter(({ doubts }) => !doubts.includes("used"))) {
    log.warn(
      `${nameOf(key)} was never used and isn't in the part of the state that this run has read. ` +
        `If "${shown(marker.name)}" is still declared, this run revokes it; else \`zkscore-keys reconcile\` or ` +
        "`pulumi destroy` does",
    );
  }
  const used = orphans.filter(({ doubts }) => doubts.includes("used"));
  if (used.length === 0) return;
  log.info(
    `in use, with this stack's mark, and not in the part of the state that this run has read: ${used.map(({ key }) => nameOf(key)).join(", ")}. ` +
      "Likely: a restored or copied state, a replacement that was given up, or a deletion that Pulumi skipped (retainOnDelete, " +
      "deletedWith): see `zkscore-keys reconcile`",
  );
}

/**
 * Last in `destroy`: revokes keys of this identity that were never used and that no state holds (creates that were
 * killed), and names the others. Revokes nothing
 * - where the program runs: then the identity is being replaced, and its keys stay;
 * - in a stack that has run under other names than those it was made for: that may be a copy;
 * - that `planStackRemoval` spares.
 *
 * Not guaranteed: that a copy is known for one where no `up` has run since; its `destroy` revokes every key it holds anyway.
 */
export async function removeIdentity(context: HandlerContext, state: IdentityState): Promise<void> {
  const { client, view, log, settings } = context;
  if (view.isProgramRun) return;
  if (state.endpoint !== settings.endpoint && !settings.confirmMoved) {
    log.warn(
      `this stack was last used with ${state.endpoint}, this run talks to ${settings.endpoint}: keys that a killed run may ` +
        "have left at the former are not looked for",
    );
    return;
  }
  const { revoke, name } = planStackRemoval(state, await client.list("fresh"), view);
  for (const orphan of revoke) await revokeOrphan(context, orphan);
  if (name.length > 0) {
    log.warn(
      `these live keys carry the mark of this stack and were left alone: ${name.map(({ key }) => nameOf(key)).join(", ")}. ` +
        "They are in use, or a copy of the stack may hold them, or Pulumi skipped their deletion (retainOnDelete, " +
        "deletedWith); see `zkscore-keys reconcile`",
    );
  }
}

/** Marks the run as one that reads the whole state. No request of its own. */
export function readIdentity(context: HandlerContext, state: IdentityState): IdentityState {
  if (typeof state.identity !== "string" || state.identity === "") {
    throw new ZkscoreError({
      code: "ZKS_INPUT",
      what: "the stack identity can't be read without its state",
      why: "it is a random id that only the state holds",
      remedy: "don't use StackIdentity.get; the package registers it by itself",
    });
  }
  context.view.stateRead();
  context.view.identityStood(state.endpoint);
  context.view.identified(state.identity);
  return state;
}
