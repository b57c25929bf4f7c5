import type { MarkedKey } from "../api/keyStatus.ts";
import type { Listing } from "../api/types.ts";
import { standings } from "../stack/standing.ts";
import type { StackName, StackView } from "../stack/view.ts";

/** What a stack that is destroyed leaves in the account, and what becomes of it. */
export interface StackRemoval {
  /** Never used, and no state holds it: creates that were killed. */
  revoke: MarkedKey[];
  /** Alive and left so. What was made under `retain` isn't among them: whoever let it go knows. */
  name: MarkedKey[];
}

/**
 * Spares, beside what any orphan's doubts spare, all of a stack that may be a copy (`copied`), and a key that another key of
 * the same resource, which stays, says it has replaced: an earlier run let it go with that one, and no state remembers. A
 * forged mark can spare an unused key here, no more.
 */
export function planStackRemoval(
  { identity, copied, ...names }: StackName & { identity: string; copied?: boolean },
  listing: Listing,
  view: StackView,
): StackRemoval {
  const mine = standings(listing, view, { names, stackGoes: true })
    .ofIdentity(identity)
    .filter(({ standing }) => standing.is !== "let go");
  const isOrphan = ({ standing }: (typeof mine)[number]) =>
    copied !== true && standing.is === "orphan" && standing.doubts.length === 0;
  const staying = mine.filter((one) => !isOrphan(one));
  const isReplacedByOneThatStays = ({ key, marker }: MarkedKey) =>
    staying.some(
      (other) => other.marker.owner === marker.owner && other.marker.retires.some(({ keyId }) => keyId === key.id),
    );
  const revoke = mine.filter((one) => isOrphan(one) && !isReplacedByOneThatStays(one));
  return { revoke, name: mine.filter((one) => !revoke.includes(one) && !one.marker.keep) };
}
