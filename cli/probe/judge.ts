import { isLive, neverUsed } from "../../provider/api/keyStatus.ts";
import type { RemoteKey } from "../../provider/api/types.ts";
import { judgeAnswer } from "../../provider/domain/asked.ts";
import { ZkscoreError } from "../../provider/domain/errors.ts";
import { KEY_STATUSES } from "../../provider/domain/vocabulary.ts";
import { NEW_DESCRIPTION, type Observed } from "./trials.ts";

/** What became of an assumption of docs/assumptions.md. */
export type Standing = "holds" | "broken" | "unknown";

export interface Assumption {
  id: string;
  /** In the words of docs/assumptions.md. */
  text: string;
  standing: Standing;
  found: string;
  /** What follows where it is broken. */
  follows?: string;
}

type Judged = [standing: Standing, found: string];
type Seen = Partial<Observed>;

interface Tried {
  text: string;
  judge: (seen: Seen) => Judged;
  /** Where it is broken. */
  follows: string;
}

const NOT_TRIED: Judged = ["unknown", "not tried"];
const holds = (found: string): Judged => ["holds", found];
const broken = (found: string): Judged => ["broken", found];

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

function asAsked({ sent, created, listed }: Seen): Judged {
  if (sent === undefined || created === undefined) return NOT_TRIED;
  const shown = [
    ["the answer", created.key] as const,
    ...(listed === undefined ? [] : [["the listing", listed] as const]),
  ];
  const faults = shown.flatMap(([where, key]) => {
    const { wider, unseen } = judgeAnswer(sent, key);
    const name = key.name.trim().toLowerCase() === sent.name ? [] : ["another name"];
    const text = (key.description ?? "").trim() === sent.description ? [] : ["another description"];
    const missing = unseen.map((one) => `nothing about ${one.text}`);
    return [...wider.map((one) => one.text), ...missing, ...name, ...text].map((fault) => `${where} shows ${fault}`);
  });
  const [first, ...more] = [...new Set(faults)];
  if (first !== undefined) return broken([first, ...more].join("; "));
  const rounded = shown.flatMap(([, key]) => judgeAnswer(sent, key).rounded.map((one) => one.text));
  return holds(rounded.length === 0 ? "so it is shown" : `but rounded: ${[...new Set(rounded)].join("; ")}`);
}

function isAlive(key: RemoteKey | undefined): boolean {
  return key !== undefined && isLive(key);
}

/** Its order may differ. */
function metadata(sent: Readonly<Record<string, unknown>>, { metadata }: RemoteKey): Judged {
  if (metadata === undefined || metadata === null) return broken("it isn't shown");
  const names = Object.keys(sent);
  const lost = names.filter((name) => !Object.hasOwn(metadata, name)).length;
  const changed = names.filter((name) => Object.hasOwn(metadata, name) && metadata[name] !== sent[name]).length;
  if (lost + changed === 0) return holds(`all ${names.length} entries`);
  return broken(`of ${names.length} entries, ${lost} are gone and ${changed} are changed or cut`);
}

function updates({ updated, listedUpdated }: Seen): Judged {
  if (updated === undefined) return NOT_TRIED;
  if (ZkscoreError.is(updated)) {
    const { status = 0 } = updated;
    return [404, 405, 501].includes(status) ? holds(`this one has none: it answers ${status}`) : broken(told(updated));
  }
  if (listedUpdated === undefined) return broken("it is answered, and the listing doesn't show the key");
  return (listedUpdated.description ?? "").trim() === NEW_DESCRIPTION
    ? holds("the listing shows the change")
    : broken("it is answered, and the listing doesn't show the change");
}

function paging({ pages }: Seen): Judged {
  if (pages === undefined) return NOT_TRIED;
  const [one, next, hundred] = pages;
  if (one === undefined || next === undefined || hundred === undefined)
    return broken("a page didn't come, or isn't the API's");
  if (one.ids.length !== 1 || one.limit !== 1) return broken(`of limit=1 come ${one.ids.length} keys`);
  if (next.offset !== 1) return broken("offset=1 isn't the page that comes");
  if (one.total > 1 && (next.ids.length !== 1 || next.ids[0] === one.ids[0]))
    return broken("offset=1 doesn't come to another key");
  if (one.hasMore !== one.total > 1) return broken("`hasMore` and `total` contradict each other");
  const most = hundred.ids.length;
  const whole = most === Math.min(100, hundred.total);
  return holds(
    whole ? "limit=1, offset=1 and limit=100 give what they say" : `a page holds at most ${most} of the 100 asked for`,
  );
}

function answered(one: "answered" | ZkscoreError | undefined): Judged {
  if (one === undefined) return NOT_TRIED;
  return one === "answered" ? holds("it answers 200") : broken(told(one));
}

/** Code and status; the API's own words stay out. */
function told({ code, status }: ZkscoreError): string {
  return `it came to ${code}${status === undefined ? "" : ` (${status})`}`;
}
