import { AsyncLocalStorage } from "node:async_hooks";
import type { Clock } from "../domain/clock.ts";

/** When a call must have ended, on the monotonic clock. */
export interface Deadline {
  at: number;
}

const overall = new AsyncLocalStorage<Deadline & { callMs: number | undefined }>();

/** Runs `work`; every call it makes, however many, ends by `at` (monotonic ms), and each within `callMs` where given. */
export function endingBy<T>(at: number, work: () => T, callMs?: number): T {
  return overall.run({ at, callMs }, work);
}

/** The deadline of a call that starts now. `ms`: its time, where nothing around it says less. */
export function startDeadline(clock: Clock, ms: number): Deadline {
  const all = overall.getStore();
  const own = clock.monotonic() + (all?.callMs ?? ms);
  return { at: Math.min(own, all?.at ?? own) };
}

export function remaining(clock: Clock, deadline: Deadline): number {
  return deadline.at - clock.monotonic();
}

/** `work`'s result, or undefined after `ms` of real time. The work itself goes on, unobserved. */
export async function within<T>(ms: number, work: () => Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), Math.max(1, ms));
  });
  try {
    return await Promise.race([work(), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
