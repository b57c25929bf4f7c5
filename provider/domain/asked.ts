import { compareGrants, type Granting, withImpliedRead } from "./grants.ts";
import { grantsText } from "./grantsText.ts";
import type { RateLimit } from "./inputs.ts";
import { instantMs, isoSeconds } from "./instant.ts";
import { RATE_LIMITS } from "./vocabulary.ts";
import type { WireKey } from "./wire.ts";

/** What was asked of the API about what a key may do, how fast and until when. */
export interface Asked {
  readonly permissions: readonly Granting[];
  readonly rateLimit?: { readonly [name in keyof RateLimit]?: number | undefined } | undefined;
  readonly expiry?: string | undefined;
}
type Shown = Pick<WireKey, "permissions" | "rateLimit" | "expiry">;

export type AskedField = keyof Asked;

/** A field in which a key is not as asked, in words without a value of the program. */
export interface Finding {
  field: AskedField;
  text: string;
}

export interface Verdict {
  /** The key may do more than was asked, or lives longer. */
  wider: Finding[];
  /** Servers round up: limits, the end of a key to its day, `write` to `read` and `write`. */
  rounded: Finding[];
  /** The answer says nothing about it. */
  unseen: Finding[];
}

/** The end of a key may be rounded up so far: to the end of its day, in any zone. */
const DAY_MS = 86_400_000;

/**
 * What an answer shows, against what was asked. A key that may do less is as asked; so is one that says the same in other
 * words. A raised limit isn't counted as wider: it is no access, and plans have steps. An end that isn't shown is none: the
 * reference documents it in every answer.
 */
export function judgeAnswer(asked: Asked, shown: Shown): Verdict {
  const verdict: Verdict = { wider: [], rounded: [], unseen: [] };
  judgePermissions(asked, shown, verdict);
  judgeLimits(asked, shown, verdict);
  judgeEnd(asked, shown, verdict);
  return verdict;
}

function judgePermissions({ permissions }: Asked, shown: Shown, { wider, rounded, unseen }: Verdict): void {
  const field = "permissions";
  if (shown.permissions.length === 0) {
    if (permissions.length > 0) unseen.push({ field, text: "its permissions" });
    return;
  }
  const more = compareGrants(permissions, shown.permissions).wider;
  if (more.length === 0) return;
  const beyond = compareGrants(withImpliedRead(permissions), shown.permissions).wider;
  const [found, changes] = beyond.length === 0 ? [rounded, more] : [wider, beyond];
  found.push(...grantsText({ wider: changes, narrower: [] }).map((text) => ({ field, text }) as const));
}

function judgeLimits({ rateLimit = {} }: Asked, shown: Shown, { rounded, unseen }: Verdict): void {
  const field = "rateLimit";
  for (const name of RATE_LIMITS) {
    const [limit, has] = [rateLimit[name], shown.rateLimit?.[name]];
    if (limit === undefined) continue;
    if (has === undefined || has === null) unseen.push({ field, text: `its ${name}` });
    else if (Number(has) > limit) rounded.push({ field, text: `${name} is ${Number(has)}; ${limit} was asked` });
    // Where a limit must be above 0, less is how some say that there is none.
    else if (Number(has) <= 0) rounded.push({ field, text: `${name} is shown as ${Number(has)}, which may mean none` });
  }
}

function judgeEnd({ expiry }: Asked, shown: Shown, { wider, rounded }: Verdict): void {
  const field = "expiry";
  const end = instantMs(expiry ?? "");
  if (expiry === undefined || end === undefined) return;
  const has = instantMs(shown.expiry ?? "");
  if (!shown.expiry) wider.push({ field, text: `it has no end; ${expiry} was asked` });
  else if (has === undefined) wider.push({ field, text: `its end can't be read; ${expiry} was asked` });
  else if (has - end >= 1_000) {
    const found = has - end > DAY_MS ? wider : rounded;
    found.push({ field, text: `it ends at ${isoSeconds(has)}; ${expiry} was asked` });
  }
}
