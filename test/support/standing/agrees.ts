import { isLive, type MarkedKey } from "../../../provider/api/keyStatus.ts";
import type { Listing } from "../../../provider/api/types.ts";
import { claimOn } from "../../../provider/plan/adoption.ts";
import { planStackRemoval } from "../../../provider/plan/stackRemoval.ts";
import { standings } from "../../../provider/stack/standing.ts";
import type { StackName, StackView } from "../../../provider/stack/view.ts";
import * as recorded from "./recorded.ts";

/** About what the six predicates are asked: every owner and name that may occur. */
export interface Questions {
  owners: readonly string[];
  identity: string;
  names: StackName;
  copied: boolean;
  planned: readonly { keyId: string }[];
}

/** Answers of the classification that aren't those of the six predicates it replaced. And how many answers were compared. */
export function disagreements(
  listing: Listing,
  view: StackView,
  asked: Questions,
): { wrong: string[]; answers: number } {
  const { owners, identity, names, copied, planned } = asked;
  const wrong: string[] = [];
  let answers = 0;
  const same = (what: string, now: unknown, before: unknown) => {
    answers += 1;
    const [a, b] = [now, before].map((one) => JSON.stringify(one) ?? "undefined");
    if (a !== b) wrong.push(`${what}: ${a}, before ${b}`);
  };
  // By accident only: what this run lets go was called unexplained where an orphan of its owner was looked for.
  const ids = (keys: readonly MarkedKey[]) => keys.map(({ key }) => key.id).filter((id) => !view.isLetGo(id));

  const now = standings(listing, view, { planned });
  for (const owner of owners) {
    const orphans = now.orphansOf(new Set([owner]));
    const before = recorded.leftovers(view, listing, new Set([owner]), recorded.ledgerIds(view, planned));
    same(`swept of ${owner}`, ids(orphans.filter(({ doubts }) => doubts.length === 0)), ids(before.orphans));
    same(`unexplained of ${owner}`, ids(orphans.filter(({ doubts }) => doubts.length > 0)), ids(before.unexplained));
    const marked = standings(listing, view).orphansOf(new Set([owner]));
    same(`compromised of ${owner}`, ids(marked), ids(recorded.endMarked(view, listing, owner, new Set()).others));
  }

  // By accident only: a key that this run has made was named where the identity was looked at after it.
  const unread = standings(listing, view, { names })
    .ofIdentity(identity)
    .flatMap((one) => (one.standing.is === "orphan" ? [{ ...one, doubts: one.standing.doubts }] : []))
    .filter(({ doubts }) => !doubts.includes("other names") && !doubts.includes("made under retain"));
  const unmade = (keys: readonly MarkedKey[]) => ids(keys.filter(({ key }) => !view.isMade(key.id)));
  const named = recorded.nameOrphans(view, listing, identity, names);
  same("named, unused", unmade(unread.filter(({ doubts }) => !doubts.includes("used"))), unmade(named.unused));
  same("named, in use", unmade(unread.filter(({ doubts }) => doubts.includes("used"))), unmade(named.used));

  // The identity is removed only in a run that makes nothing.
  if ([...listing.keys.keys()].every((id) => !view.isMade(id))) {
    const state = { ...names, identity, copied };
    const { revoke, name } = planStackRemoval(state, listing, view);
    const before = recorded.removeIdentity(view, listing, state);
    same("revoked with the stack", ids(revoke), ids(before.orphans));
    same("named with the stack", ids(name), ids(before.named));
  }

  for (const key of listing.keys.values()) {
    if (!isLive(key)) continue;
    for (const without of [[], [...listing.keys.keys()].slice(0, 1)]) {
      const set = new Set(without);
      same(`until of ${key.id}`, now.retiredUntil(key.id, set), recorded.retiredUntil(view, listing, key.id, set));
    }
    // What this run has made or lets go isn't adopted: it is asked before.
    // By accident only: what a key made in this run retires was no claim.
    const standing = now.of(key);
    const made = standing.is === "retired" && standing.by.some((holder) => view.isMade(holder));
    if (view.isMade(key.id) || view.isLetGo(key.id) || made) continue;
    for (const owner of owners) {
      // A resource doesn't adopt what it has.
      if (view.ownerOf(key.id) === owner) continue;
      const claim = claimOn(key, { identity, owner }, listing, view);
      same(`claim on ${key.id}`, claim, recorded.claimOf(view, { identity, owner }, key, listing));
    }
  }
  return { wrong, answers };
}
