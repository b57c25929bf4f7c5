import { neverUsed } from "../../provider/api/keyStatus.ts";
import { ZkscoreError } from "../../provider/domain/errors.ts";
import { KEY_STATUSES } from "../../provider/domain/vocabulary.ts";
import {
  answered,
  asAsked,
  broken,
  holds,
  isAlive,
  type Judged,
  metadata,
  NOT_TRIED,
  paging,
  type Seen,
  type Standing,
  told,
  updates,
} from "./judged.ts";

/** An assumption of docs/assumptions.md, and what became of it. */
export interface Assumption {
  id: string;
  /** In the words of docs/assumptions.md. */
  text: string;
  standing: Standing;
  found: string;
  /** What follows where it is broken. */
  follows?: string;
}

interface Tried {
  text: string;
  judge: (seen: Seen) => Judged;
  /** Where it is broken. */
  follows: string;
}

/** Every assumption that one key can try. */
export const TRIED: Readonly<Record<string, Tried>> = {
  "as-asked": {
    text: "A key gets what was asked: name, permissions, limits, end",
    judge: asAsked,
    follows:
      "keys may do more than you declare: don't use this deployment before its support has explained it; ZKSCORE_ACCEPT_WIDER accepts single keys",
  },
  "listed-at-once": {
    text: "A new key is in the next listing",
    judge: ({ created, listed, ownUsage }) => {
      if (created === undefined || (listed === undefined && ownUsage === undefined)) return NOT_TRIED;
      return listed === undefined
        ? broken("the listing right after doesn't show it")
        : holds("the listing right after shows it");
    },
    follows:
      "a lost answer to a creation can't be settled at once: after an interrupted `up` wait, then run `pulumi up --refresh`",
  },
  metadata: {
    text: "`metadata` comes back as sent",
    judge: ({ sent, listed }) =>
      sent === undefined || listed === undefined ? NOT_TRIED : metadata(sent.metadata, listed),
    follows:
      "whose a key is can't be read from it: ownership rests on ids in the state, and no orphan is found; keep states safe",
  },
  status: {
    text: `\`status\` is ${KEY_STATUSES.map((one) => `\`${one}\``)
      .join(", ")
      .replace(/, (?=[^,]*$)/, " or ")}`,
    judge: ({ created, listed, listedRevoked }) => {
      const said = [created?.key, listed, listedRevoked].flatMap((key) => (key === undefined ? [] : [key.status]));
      if (said.length === 0) return NOT_TRIED;
      const odd = said.find((one) => !KEY_STATUSES.some((known) => known === one.trim().toLowerCase()));
      return odd === undefined ? holds([...new Set(said)].join(", ")) : broken(`it says ${odd}`);
    },
    follows: "such a key counts as inactive: it lives, and isn't proven usable",
  },
  "never-used": {
    text: "`lastUsed` is empty and `usage.totalRequests` 0 for a key never used",
    judge: ({ listed }) => {
      if (listed === undefined) return NOT_TRIED;
      return neverUsed(listed) ? holds("so it is") : broken("a new key counts as used, or its counts aren't shown");
    },
    follows: "an unused orphan can't be told from a used one: `reconcile --revoke-orphans` revokes it only with --used",
  },
  "own-usage": {
    text: "With an issued key, usage of its own id answers 200",
    judge: ({ ownUsage }) => answered(ownUsage),
    follows: "`adopt` with `apiKey` can't prove that the secret is the key's",
  },
  "other-usage": {
    text: "With an issued key, usage of another's id answers 403",
    judge: ({ otherUsage, created }) => {
      if (otherUsage === undefined)
        return ["unknown", created === undefined ? "not tried" : "the account has no other key"];
      if (otherUsage === "answered") return broken("it was answered");
      const { status = 0 } = otherUsage;
      return status === 403 || status === 404 ? holds(`it answers ${status}`) : broken(told(otherUsage));
    },
    follows:
      "an answer doesn't prove whose a secret is: don't `adopt` with `apiKey`; ask the API's support, since keys read what isn't theirs",
  },
  "names-unique": {
    text: "Names are unique among live keys",
    judge: ({ again }) => {
      if (again === undefined) return NOT_TRIED;
      if (again === "created") return broken("a second key of the same name was made (and revoked)");
      if (again.code === "ZKS_CONFLICT") return holds(`it answers ${again.status}`);
      return again.code === "ZKS_QUOTA"
        ? ["unknown", "the day's quota was looked at first, and is used up"]
        : broken(told(again));
    },
    follows:
      "a lost answer to a creation may leave a second key: `reconcile` finds it; look at it after each interrupted `up`",
  },
  update: {
    text: "Update is `PATCH /developer/keys/{keyId}`; a deployment without it answers 404, 405 or 501",
    judge: updates,
    follows: "leave ZKSCORE_UPDATES at replace",
  },
  paging: {
    text: "Lists take `limit` and `offset`",
    judge: paging,
    follows:
      "listings can't be trusted to be whole: no absence in them counts, and accounts above one page can't be used",
  },
  revoke: {
    text: "Revoke is `DELETE /developer/keys/{keyId}`",
    judge: ({ revoked, listedRevoked }) => {
      if (revoked === undefined) return NOT_TRIED;
      if (ZkscoreError.is(revoked)) return broken(told(revoked));
      if (revoked === "gone") return broken("it answers 404 for a key that is listed");
      return isAlive(listedRevoked)
        ? broken("it is answered, and the listing still shows the key alive")
        : holds("the key is gone");
    },
    follows:
      "keys can't be ended from here: revoke in the API's own console, and don't use this deployment with this package",
  },
  "revoked-stays": {
    text: "A revoked key stays listed",
    judge: ({ revoked, listedRevoked, revokedAgain }) => {
      if (revoked !== "revoked" || revokedAgain === undefined) return NOT_TRIED;
      return listedRevoked === undefined ? broken("the listing doesn't show it any more") : holds(listedRevoked.status);
    },
    follows:
      "a key that someone revoked looks like one that is missing; where that is every key of a stack, one run needs ZKSCORE_CONFIRM_MISSING=1",
  },
  "revoke-again": {
    text: "Revoking a key again answers 404",
    judge: ({ revokedAgain, listedRevoked }) => {
      if (revokedAgain === undefined || isAlive(listedRevoked)) return NOT_TRIED;
      if (ZkscoreError.is(revokedAgain)) return broken(told(revokedAgain));
      return revokedAgain === "gone"
        ? holds("404, or that it is revoked already")
        : broken("it answers as if it had lived");
    },
    follows: "a DELETE proves nothing by its answer; only the listing does",
  },
};

/** What one key can't try; each would need more keys, or another machine. */
export const UNTRIED = [
  "A revoked key's name is free again",
  "An `ipWhitelist` entry is an address or a CIDR block",
  "An expiry that has passed is not refused by the API",
] as const;

/** Judges what was seen. Pure. */
export function judgeProbe(seen: Seen): Assumption[] {
  return Object.entries(TRIED).map(([id, { text, judge, follows }]) => {
    const [standing, found] = judge(seen);
    return { id, text, standing, found, ...(standing === "broken" ? { follows } : {}) };
  });
}

/** Settings that follow from what was seen. */
export function settingsFor(seen: Seen): { name: string; value: string; why: string }[] {
  const [standing] = updates(seen);
  if (standing === "unknown") return [];
  const patch = standing === "holds" && !ZkscoreError.is(seen.updated);
  const why = patch ? "changes can be made in place" : "every change makes a new key, which is the default";
  return [{ name: "ZKSCORE_UPDATES", value: patch ? "patch" : "replace", why }];
}
