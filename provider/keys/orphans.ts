import { type MarkedKey, nameOf } from "../api/keyStatus.ts";
import type { KeyInputs } from "../domain/inputs.ts";
import { sweepable } from "../plan/sweep.ts";
import type { HandlerContext } from "../stack/context.ts";
import type { Orphan } from "../stack/standing.ts";
import { revokeListed } from "./revoke.ts";

/** Narrows a sweep. */
export interface Sweep {
  /** What the key about to be made will retire. */
  planned?: readonly { keyId: string }[];
  only?: (marked: MarkedKey) => boolean;
}

/** Revokes the orphans of these owners, after a second look at a fresh listing. */
export async function sweep(
  context: HandlerContext,
  owners: ReadonlySet<string>,
  { planned, only = () => true }: Sweep = {},
): Promise<void> {
  const { client, view } = context;
  const suspected = sweepable(view, await client.list("shared"), owners, planned);
  if (!suspected.some(only)) return;
  const orphans = sweepable(view, await client.list("fresh"), owners, planned);
  for (const orphan of orphans.filter(only)) await revokeOrphan(context, orphan);
}

export async function revokeOrphan(context: HandlerContext, { key, marker }: MarkedKey): Promise<void> {
  await revokeListed(context, key, marker.identity);
  context.log.warn(`revoked ${nameOf(key)}: no state holds it, and it was never used`);
}

/** Names orphans of this resource that a doubt keeps alive. */
export function warnOfDoubtful({ log, view }: HandlerContext, news: KeyInputs, orphans: readonly Orphan[]): void {
  for (const { key } of orphans.filter(({ doubts }) => doubts.length > 0)) {
    log.warn(
      view.stateIsRead
        ? `${news.ownership.name}: ${nameOf(key)} carries this resource's mark and is not in this stack's state. ` +
            "Likely: a copied or restored stack, a state from which it was deleted, or a deletion that Pulumi skipped " +
            "(retainOnDelete, deletedWith). It was left alone; see `zkscore-keys reconcile`"
        : `${news.ownership.name}: ${nameOf(key)} carries this resource's mark, and this run hasn't read the state, so it ` +
            "can't tell whose it is. It was left alone; `pulumi up --refresh` tells, and revokes it if no state holds it",
    );
  }
}
