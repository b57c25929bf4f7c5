/** Time, as the handlers see it. The host gives the real one, tests a virtual one. */
export interface Clock {
  /** Milliseconds since the epoch, for decisions about expiry and rotation. `ZKSCORE_NOW` replaces it. */
  now(): number;
  /** `ZKSCORE_NOW` replaces the clock: it counts as the server's, too, where time alone replaces a key. */
  readonly moved?: boolean;
  /** Milliseconds on a clock that never jumps, for deadlines and elapsed time. */
  monotonic(): number;
  /** Resolves after `ms` milliseconds. */
  sleep(ms: number): Promise<void>;
}

/** The machine's clock; `fixedNow` (epoch milliseconds) freezes `now()` only. */
export function systemClock(fixedNow?: number): Clock {
  return {
    now: () => fixedNow ?? Date.now(),
    moved: fixedNow !== undefined,
    monotonic: () => performance.now(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
}
