import { AsyncLocalStorage } from "node:async_hooks";
import type { Clock } from "../domain/clock.ts";
import type { ZkscoreError } from "../domain/errors.ts";
import { type Call, deadlineError, engineGoneError } from "./errors.ts";

const BACKOFF_BASE_MS = 250;
const BACKOFF_CAP_MS = 8_000;
/** Between two looks at the engine while waiting. */
const SLICE_MS = 1_000;

/** Retries that a run may spend without a success, and what a success gives back: at most a tenth more requests. */
const BUDGET_RETRIES = 5;
const BUDGET_PER_SUCCESS = 0.1;

/** What all calls of one client share. */
export interface Run {
  clock: Clock;
  random: () => number;
  engineAlive: () => Promise<boolean>;
  attempts: number;
  deadlineMs: number;
  budget: number;
  /** Monotonic instant before which nothing is sent: some call was told to wait (429), and the limit is the account's. */
  closedUntil: number;
}

export function createRun(settings: Omit<Run, "budget" | "closedUntil">): Run {
  return { ...settings, budget: BUDGET_RETRIES, closedUntil: Number.NEGATIVE_INFINITY };
}

/** When a call must have ended, on the monotonic clock. */
export interface Deadline {
  at: number;
}

const overall = new AsyncLocalStorage<Deadline & { callMs: number | undefined }>();

/** Runs `work`; every call it makes, however many, ends by `at` (monotonic ms), and each within `callMs` where given. */
export function endingBy<T>(at: number, work: () => T, callMs?: number): T {
  return overall.run({ at, callMs }, work);
}

export function startDeadline(run: Run): Deadline {
  const all = overall.getStore();
  const own = run.clock.monotonic() + (all?.callMs ?? run.deadlineMs);
  return { at: Math.min(own, all?.at ?? own) };
}

export function remaining(run: Run, deadline: Deadline): number {
  return deadline.at - run.clock.monotonic();
}

/** What one attempt came to. */
export type Verdict<T> =
  | { done: true; value: T }
  /** `again`: another attempt is safe. `paced`: a 429, where the server and not an outage sets the pace. */
  | { done: false; error: ZkscoreError; again: boolean; paced: boolean };

/**
 * Runs `attempt` until it is done, may not be repeated, or attempts, budget or deadline are used up; then throws the
 * last attempt's error. Never waits less than the server asked for.
 */
export async function withRetry<T>(
  run: Run,
  call: Call,
  deadline: Deadline,
  attempt: (timeoutMs: number) => Promise<Verdict<T>>,
): Promise<T> {
  let last: ZkscoreError | undefined;
  for (let n = 1; ; n++) {
    await throughTheGate(run, call, deadline, last);
    if (call.op.method !== "GET") await checkEngine(run, call, deadline);
    const left = remaining(run, deadline);
    if (left <= 0) throw last ?? deadlineError(call, "not-executed");

    const verdict = await attempt(timeoutOf(run, call, left));
    if (verdict.done) {
      run.budget = Math.min(BUDGET_RETRIES, run.budget + BUDGET_PER_SUCCESS);
      return verdict.value;
    }
    last = verdict.error;
    const asked = last.retryAfterMs;
    if (verdict.paced && asked !== undefined && asked <= run.deadlineMs) {
      run.closedUntil = Math.max(run.closedUntil, run.clock.monotonic() + asked);
    }
    if (!verdict.again || n >= run.attempts) throw last;
    const delay = (asked ?? 0) + run.random() * Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** (n - 1));
    if (delay >= remaining(run, deadline)) throw last;
    const free = verdict.paced && asked !== undefined;
    if (!free && run.budget < 1) throw last;
    if (!free) run.budget -= 1;
    await wait(run, call, deadline, run.clock.monotonic() + delay);
  }
}

/**
 * One hung attempt must leave time for the others. A POST has no others once it may have been committed, so it gets
 * all the time there is: giving up early would only lose the secret.
 */
function timeoutOf(run: Run, call: Call, left: number): number {
  return call.op.method === "POST" ? left : Math.min(left, run.deadlineMs / (run.attempts + 1));
}

async function throughTheGate(run: Run, call: Call, deadline: Deadline, last: ZkscoreError | undefined) {
  while (run.closedUntil > run.clock.monotonic()) {
    if (run.closedUntil >= deadline.at) throw last ?? deadlineError(call, "not-executed");
    await wait(run, call, deadline, run.closedUntil + run.random() * BACKOFF_BASE_MS);
  }
}

async function wait(run: Run, call: Call, deadline: Deadline, until: number): Promise<void> {
  for (let left = until - run.clock.monotonic(); left > 0; left = until - run.clock.monotonic()) {
    await run.clock.sleep(Math.min(left, SLICE_MS));
    await checkEngine(run, call, deadline);
  }
}

/** A check that fails or hangs counts as gone: better no key than one that nobody records. */
async function checkEngine(run: Run, call: Call, deadline: Deadline): Promise<void> {
  const alive = await within(remaining(run, deadline), () => run.engineAlive()).catch(() => false);
  if (alive !== true) throw engineGoneError(call);
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
