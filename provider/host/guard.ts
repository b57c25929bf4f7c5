import { endingBy } from "../api/deadline.ts";
import type { Clock } from "../domain/clock.ts";
import { ZkscoreError } from "../domain/errors.ts";
import { ownLines } from "../domain/shown.ts";
import { InitFailure } from "../stack/context.ts";
import { whileBusy } from "./engine.ts";
import { markSecrets } from "./secrets.ts";
import { bareError } from "./silence.ts";
import { stateOut } from "./stateCodec.ts";

/** All requests of one handler end within this, unless the resource's `customTimeouts` say otherwise. */
const REQUESTS_MS = 120_000;
/** So much of it may one call take: a POST that hangs leaves the rest to settle it. */
const SHARE_OF_A_CALL = 5 / 8;
/** The handler itself, so much later: should anything never settle, the `up` still goes on. */
const GRACE_MS = 10_000;

type Fields = Record<string, unknown>;

/**
 * Stands around every handler, against what the dynamic-provider process does with what it gets back:
 * - values that JSON has no word for make it fail *after* the side effect: everything goes through JSON;
 * - an init failure is sent without `__provider`, and a malformed one is never answered: both are mended here;
 * - a thrown error with a truthy `id` counts as an init failure, and a stack is printed: only fresh, bare errors leave.
 *
 * `contextOf` may throw: a setting that can't be used is a handler's error like any other.
 */
export async function guarded<T, C extends { clock: Clock }>(
  props: Fields,
  contextOf: () => C,
  run: (context: C) => Promise<T> | T,
  ms = REQUESTS_MS,
): Promise<T> {
  const work = () => {
    const context = contextOf();
    return endingBy(context.clock.monotonic() + ms, () => run(context), ms * SHARE_OF_A_CALL);
  };
  try {
    return jsonOnly(await whileBusy(() => withDeadline(work, ms + GRACE_MS)));
  } catch (error) {
    throw hostError(error, props);
  }
}

/** What reaches the host: a bare error, or an init failure with the complete, JSON-clean properties. */
function hostError(error: unknown, props: Fields): Error {
  const bare = bareError(messageOf(error));
  if (!(error instanceof InitFailure)) return bare;
  const properties = { ...jsonOnly(markSecrets(stateOut(error.state))), __provider: props["__provider"] };
  return Object.assign(bare, { id: String(error.id), properties, reasons: [bare.message] });
}

/** Only texts of this package are passed on: another error's message may quote anything. */
function messageOf(error: unknown): string {
  if (ZkscoreError.is(error) || error instanceof InitFailure) return ownLines(error.message);
  const kind = error instanceof Error && /^[A-Za-z]{1,40}$/.test(error.name) ? error.name : "error";
  return `pulumi-zkscore failed with an unexpected ${kind}. This is a bug of the provider; please report it with the place: ${place(error)}`;
}

/** File and line of our own code in a stack, without anything else of it. */
function place(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  return /provider\/([\w/]+\.(?:js|ts):\d+)/.exec(stack)?.[1] ?? "unknown";
}

function jsonOnly<T>(value: T): T {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T);
}

async function withDeadline<T>(run: () => Promise<T> | T, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(deadline(ms)), ms);
  });
  try {
    return await Promise.race([Promise.resolve().then(run), late]);
  } finally {
    clearTimeout(timer);
  }
}

function deadline(ms: number): ZkscoreError {
  return new ZkscoreError({
    code: "ZKS_DEADLINE",
    what: `the operation didn't end within ${ms / 1000} s`,
    why: "the API is slow, or refuses for longer than a run should wait",
    remedy: "run `pulumi up --refresh` again: it sees what was done and goes on from there",
    outcome: "unknown",
  });
}
