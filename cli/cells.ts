import { lifeStatus } from "../provider/api/keyStatus.ts";
import type { RemoteKey } from "../provider/api/types.ts";
import { describeMs } from "../provider/domain/duration.ts";
import { instantMs } from "../provider/domain/instant.ts";
import { type Part, type Tone, toned } from "./lines.ts";

const SOON_MS = 14 * 86_400_000;

/** An instant with the time to it beside it: `2027-01-31T00:00:00Z (in 30 d)`. */
export function instantBeside(instant: string, now: number): string {
  const ms = instantMs(instant);
  return ms === undefined ? instant : `${instant} (${relative(ms, now)})`;
}

/** `in 3 d 4 h`, `12 min ago`, `now`. */
export function relative(ms: number, now: number): string {
  if (Math.abs(ms - now) < 1_000) return "now";
  return ms > now ? `in ${describeMs(ms - now)}` : `${describeMs(now - ms)} ago`;
}

/** When a key ends; soon is marked. */
export function endCell({ expiry }: RemoteKey, now: number): Part {
  if (!expiry) return "never";
  const ms = instantMs(expiry);
  const text = instantBeside(expiry, now);
  return ms !== undefined && ms - now <= SOON_MS ? toned("warn", text) : text;
}

const STATUS_TONES = { active: "good", inactive: "warn", expired: "quiet", revoked: "quiet" } as const satisfies Record<
  string,
  Tone
>;

export function statusCell(key: RemoteKey): Part {
  return toned(STATUS_TONES[lifeStatus(key)], key.status);
}

/** By name, then by id: the same order at every run. */
export function byName(a: RemoteKey, b: RemoteKey): number {
  const [x, y] = [a.name === b.name ? a.id : a.name, a.name === b.name ? b.id : b.name];
  return x < y ? -1 : x > y ? 1 : 0;
}
