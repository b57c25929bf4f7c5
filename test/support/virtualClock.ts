import type { Clock } from "../../provider/domain/clock.ts";

/** A clock that jumps to the earliest sleeper whenever everybody waits. Real I/O goes on meanwhile. */
export interface VirtualClock extends Clock {
  advance(ms: number): void;
  /** Milliseconds slept through so far. */
  elapsed(): number;
}

export function virtualClock(start = Date.parse("2026-11-20T12:00:00Z")): VirtualClock {
  let elapsed = 0;
  const sleepers: { at: number; wake: () => void }[] = [];
  function wakeEarliest(): void {
    sleepers.sort((a, b) => a.at - b.at);
    const next = sleepers.shift();
    if (next === undefined) return;
    elapsed = Math.max(elapsed, next.at);
    next.wake();
  }
  return {
    now: () => start + elapsed,
    monotonic: () => elapsed,
    elapsed: () => elapsed,
    advance(ms) {
      elapsed += ms;
    },
    sleep: (ms) =>
      new Promise((wake) => {
        sleepers.push({ at: elapsed + ms, wake });
        setImmediate(wakeEarliest);
      }),
  };
}
