import { liveMarked } from "../api/keyStatus.ts";
import type { Listing, RemoteKey } from "../api/types.ts";
import type { Ownership } from "../domain/inputs.ts";
import { standings } from "../stack/standing.ts";
import type { StackView } from "../stack/view.ts";

/** Why another resource of this stack would revoke the key, if one would. A refresh has shown them all; without one only marks tell. */
export function claimOn(
  key: RemoteKey,
  ownership: Pick<Ownership, "identity" | "owner">,
  listing: Listing,
  view: StackView,
): string | undefined {
  const isOther = (owner: string | undefined) => owner !== undefined && owner !== ownership.owner;
  const standing = standings(listing, view).of(key);
  if (standing.is === "held" && isOther(standing.by)) return "another resource of this stack has it";
  if (standing.is === "retired" && standing.by.some((holder) => isOther(view.ownerOf(holder))))
    return "another resource of this stack retires it";
  if (view.stateIsRead) return undefined;
  const marks = [...liveMarked(listing)].filter(
    ({ marker }) => marker.identity === ownership.identity && marker.owner !== ownership.owner,
  );
  if (marks.some((marked) => marked.key.id === key.id)) return "it carries the mark of another resource of this stack";
  const retires = marks.some(({ marker }) => marker.retires.some(({ keyId }) => keyId === key.id));
  return retires ? "another resource of this stack retires it" : undefined;
}
