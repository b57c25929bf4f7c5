import type { Clock } from "../domain/clock.ts";
import type { ZkscoreError } from "../domain/errors.ts";
import { type Deadline, remaining, within } from "./deadline.ts";
import { type Call, deadlineError, engineGoneError } from "./errors.ts";
import { type Meaning, mayRepeat } from "./meaning.ts";

const BACKOFF_BASE_MS = 250;
const BACKOFF_CAP_MS = 8_000;
/** Between two looks at the engine while waiting. */
const SLICE_MS = 1_000;

/** Retries that a run may spend without a success, and what a success gives back: at most a tenth more requests. */
const BUDGET_RETRIES = 5;
const BUDGET_PER_SUCCESS = 0.1;

/** What all calls of one client share. */
export interface CallPolicy {
  clock: Clock;
  random: () => number;
  engineAlive: () => Promise<boolean>;
  attempts: number;
  deadlineMs: number;
  budget: number;
  /** Monotonic instant before which nothing is sent: some call was told to wait (429), and the limit is the account's. */
  closedUntil: number;
}

export function createCallPolicy(settings: Omit<CallPolicy, "budget" | "closedUntil">): CallPolicy {
  return { ...settings, budget: BUDGET_RETRIES, closedUntil: Number.NEGATIVE_INFINITY };
}

/** What one attempt came to. */
export type Verdict<T> = { done: true; value: T } | { done: false; error: ZkscoreError; meaning: Meaning };

/**
 * Runs `attempt` until it is done, may not be repeated, or attempts, budget or deadline are used up; then throws the
 * last attempt's error. Never waits less than the server asked for.
 */
export async function withRetry<T>(
  policy: CallPolicy,
  call: Call,
  deadline: Deadline,
  attempt: (timeoutMs: number) => Promise<Verdict<T>>,
): Promise<T> {
  let last: ZkscoreError | undefined;
  for (let n = 1; ; n++) {
    await waitForRateLimit(policy, call, deadline, last);
    if (call.op.method !== "GET") await checkEngine(policy, call, deadline);
    const left = remaining(policy.clock, deadline);
    if (left <= 0) throw last ?? deadlineError(call, "not-executed");

    const verdict = await attempt(timeoutOf(policy, call, left));
    if (verdict.done) {
      policy.budget = Math.min(BUDGET_RETRIES, policy.budget + BUDGET_PER_SUCCESS);
      return verdict.value;
    }
    last = verdict.error;
    const asked = last.retryAfterMs;
    const { waits } = verdict.meaning;
    if (waits && asked !== undefined && asked <= policy.deadlineMs) {
      policy.closedUntil = Math.max(policy.closedUntil, policy.clock.monotonic() + asked);
    }
    if (!mayRepeat(verdict.meaning, call.op.method) || n >= policy.attempts) throw last;
    const delay = (asked ?? 0) + policy.random() * Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** (n - 1));
    if (delay >= remaining(policy.clock, deadline)) throw last;
    const free = waits && asked !== undefined;
    if (!free && policy.budget < 1) throw last;
    if (!free) policy.budget -= 1;
    await wait(policy, call, deadline, policy.clock.monotonic() + delay);
  }
}

/**
 * One hung attempt must leave time for the others. A POST has no others once it may have been committed, so it gets
 * all the time there is: giving up early would only lose the secret.
 */
function timeoutOf(policy: CallPolicy, call: Call, left: number): number {
  return call.op.method === "POST" ? left : Math.min(left, policy.deadlineMs / (policy.attempts + 1));
}

async function waitForRateLimit(policy: CallPolicy, call: Call, deadline: Deadline, last: ZkscoreError | undefined) {
  while (policy.closedUntil > policy.clock.monotonic()) {
    if (policy.closedUntil >= deadline.at) throw last ?? deadlineError(call, "not-executed");
    await wait(policy, call, deadline, policy.closedUntil + policy.random() * BACKOFF_BASE_MS);
  }
}

async function wait(policy: CallPolicy, call: Call, deadline: Deadline, until: number): Promise<void> {
  for (let left = until - policy.clock.monotonic(); left > 0; left = until - policy.clock.monotonic()) {
    await policy.clock.sleep(Math.min(left, SLICE_MS));
    await checkEngine(policy, call, deadline);
  }
}

/** A check that fails or hangs counts as gone: better no key than one that nobody records. */
async function checkEngine(policy: CallPolicy, call: Call, deadline: Deadline): Promise<void> {
  const alive = await within(remaining(policy.clock, deadline), () => policy.engineAlive()).catch(() => false);
  if (alive !== true) throw engineGoneError(call);
}
