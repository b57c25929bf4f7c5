import { durationMs } from "./duration.ts";
import type { KeyInputs, KeyState, Retired, Rotation } from "./inputs.ts";
import { instantMs, isoSeconds, isoSecondsUp } from "./instant.ts";
import { sha256 } from "./stable.ts";
import { isUnknown } from "./unknown.ts";

/** Birth of a key as far as rotation counts: its adoption, else its creation. */
type Born = Pick<KeyState, "keyId" | "createdAt" | "adoptedAt">;

/**
 * When a key is due (epoch ms): `every` after its birth, earlier by a part of `window` that is fixed by the key's id,
 * so that a fleet made in one run doesn't rotate in one run.
 */
export function rotationDue(key: Born, rotation: Rotation | undefined): number | undefined {
  const every = length(rotation?.every);
  const born = instantMs(key.adoptedAt ?? key.createdAt);
  if (every === undefined || born === undefined) return undefined;
  return born + every - Math.floor((length(rotation?.window) ?? 0) * jitter(key.keyId));
}

export function rotateAt(key: Born, rotation: Rotation | undefined): string | undefined {
  const due = rotationDue(key, rotation);
  return due === undefined ? undefined : isoSeconds(due);
}

/** Deterministic, uniform in [0, 1). */
function jitter(keyId: string): number {
  return Number.parseInt(sha256(`jitter\n${keyId}`).slice(0, 8), 16) / 0x1_0000_0000;
}

/** Changed from one set value to another. Adding or removing a trigger rotates nothing; an unknown one may. */
export function triggerChanged(olds: Rotation | undefined, news: Rotation | undefined): boolean {
  return olds?.trigger !== undefined && news?.trigger !== undefined && olds.trigger !== news.trigger;
}

/** Set for the first time, or changed: unlike `trigger`, the first time counts. */
export function compromisedChanged(olds: Rotation | undefined, news: Rotation | undefined): boolean {
  return news?.compromised !== undefined && olds?.compromised !== news.compromised;
}

/**
 * What a new key retires: the superseded key until now + overlap (until now without one), and what that key
 * itself still retired, each with its first instant, never prolonged, never cut.
 */
export function retiredAfter(
  superseded: { keyId: string; previous: Retired[] },
  inputs: KeyInputs,
  now: number,
): Retired[] {
  const overlap = length(inputs.rotation?.overlap) ?? 0;
  // Without an overlap the instant must have come when `delete` looks; with one it must never come early.
  const until = overlap === 0 ? isoSeconds(now) : isoSecondsUp(now + overlap);
  const own = superseded.previous.find((entry) => entry.keyId === superseded.keyId);
  const inherited = superseded.previous.filter((entry) => entry.keyId !== superseded.keyId);
  return [own ?? { keyId: superseded.keyId, revokeAfter: until }, ...inherited];
}

/** Entries whose instant has come at `now`; an instant that can't be read never comes. */
export function overOf(previous: readonly Retired[], now: number): Retired[] {
  return previous.filter((entry) => (instantMs(entry.revokeAfter) ?? Number.POSITIVE_INFINITY) <= now);
}

/** Whether a replaced key lives on for a time. Not where that isn't known yet. */
export function hasOverlap(rotation: Rotation | undefined): boolean {
  return (length(rotation?.overlap) ?? 0) > 0;
}

/** Without an overlap the predecessor ends in its own `delete` of the same run: nothing stays pending. */
export function withoutOver(previous: readonly Retired[], now: number): Retired[] {
  const due = new Set(overOf(previous, now));
  return previous.filter((entry) => !due.has(entry));
}

function length(duration: string | undefined): number | undefined {
  return duration === undefined || isUnknown(duration) ? undefined : durationMs(duration);
}
