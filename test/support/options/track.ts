import type { Seen, Write } from "./bench.ts";
import type { Effect } from "./verdicts.ts";

/** What one declared key has in the account: the one in use, and those in their overlap. All of them were used. */
export interface Track {
  current: string | undefined;
  retired: readonly string[];
}

export const NOTHING: Track = { current: undefined, retired: [] };

export interface Judged {
  problems: string[];
  after: Track;
}

/**
 * Compares what became of a key with what was to become of it: exactly these keys live, the state holds that one.
 * A key that was in use and is revoked without a reason is a problem of its own kind, whatever was expected.
 */
export function judge(
  effect: Effect,
  before: Track,
  seen: { names: readonly string[]; seen: Seen; writes: readonly Write[] },
): Judged {
  const held = seen.seen.held.find(({ logicalName }) => seen.names.includes(logicalName));
  const mine = (id: string) => {
    const key = seen.seen.live.get(id);
    return key !== undefined && seen.names.includes(String(key.metadata["pulumi:name"]));
  };
  const live = [...seen.seen.live.keys()].filter(mine);
  const known = new Set([before.current, ...before.retired]);
  const actual: Track = {
    current: held?.id,
    retired: live.filter((id) => id !== held?.id),
  };
  const problems: string[] = [];
  const say = (text: string) => problems.push(text);

  const expected = expectedLive(effect, before, held?.id);
  for (const id of expected.live)
    if (!live.includes(id)) say(known.has(id) ? `REVOKED IN USE: ${id}` : `${id} isn't live`);
  for (const id of live)
    if (!expected.live.includes(id)) say(known.has(id) ? `${id} lives on` : `${id} was made beside`);
  const isNew = held !== undefined && !known.has(held.id);
  if (expected.renewed && !isNew) say(held === undefined ? "no key in the state" : "the key wasn't replaced");
  if (expected.renewed === false && held?.id !== before.current)
    say(held === undefined ? "the key is not in the state" : `the key was replaced by ${held.id}`);
  if (expected.renewed === undefined && held !== undefined) say("the key is still in the state");
  if (effect === "patched" && !seen.writes.some(({ operation, keyId }) => operation === "update" && keyId === held?.id))
    say("the key wasn't changed in place");
  return { problems, after: actual };
}

/** Which keys live, and whether the state holds a new one (true), the same (false), or none. */
function expectedLive(
  effect: Effect,
  { current, retired }: Track,
  held: string | undefined,
): { live: readonly string[]; renewed: boolean | undefined } {
  const now = held === undefined ? [] : [held];
  const old = current === undefined ? [] : [current];
  switch (effect) {
    case "made":
      return { live: [...now, ...retired], renewed: true };
    case "same":
    case "patched":
    case "refused":
      return { live: [...old, ...retired], renewed: current === undefined ? undefined : false };
    case "overlap":
      return { live: [...now, ...old, ...retired], renewed: true };
    case "ended":
      return { live: [...now, ...retired], renewed: true };
    case "expired":
      return { live: old, renewed: false };
    case "gone":
      return { live: [], renewed: undefined };
    case "kept":
      return { live: [...old, ...retired], renewed: undefined };
  }
}
