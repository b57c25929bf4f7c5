/** The emulator's clock: the machine's until the operator sets it. Expiry, quotas, windows and timestamps follow it. */
export interface VirtualClock {
  /** Epoch milliseconds. */
  now(): number;
  /** Stops the clock at an instant (epoch ms or ISO 8601); `undefined` goes back to the machine's. */
  set(instant: number | string | undefined): void;
  /** Moves it on, whether it stands or runs. */
  advance(ms: number): void;
}

/** `start`: an instant to stand at; absent = the machine's clock. */
export function virtualClock(start?: number | string): VirtualClock {
  let fixed: number | undefined;
  let shift = 0;
  const set = (instant: number | string | undefined): void => {
    const at = typeof instant === "string" ? Date.parse(instant) : instant;
    if (at !== undefined && !Number.isFinite(at))
      throw new RangeError("not an instant: use epoch milliseconds or ISO 8601");
    fixed = at;
    shift = 0;
  };
  set(start);
  return {
    now: () => (fixed ?? Date.now()) + shift,
    set,
    advance: (ms) => {
      if (!Number.isFinite(ms)) throw new RangeError("advance takes milliseconds");
      shift += ms;
    },
  };
}

/** ISO 8601 in UTC with milliseconds, as the API renders instants. */
export function iso(ms: number): string {
  return new Date(ms).toISOString();
}

export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;

/** The UTC midnight an instant's day begins with. */
export function dayStart(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS;
}
