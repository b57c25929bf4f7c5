import { hasName, markerOf } from "../api/keyStatus.ts";
import { ZkscoreError } from "../domain/errors.ts";
import type { KeyState } from "../domain/inputs.ts";
import { instantMs } from "../domain/instant.ts";
import type { HandlerContext } from "./context.ts";

/**
 * `ZKSCORE_CONFIRM_MOVED`: the deployment has another address now. Each key of the state, pending deletes too, is looked
 * up there when the engine refreshes; no key changes its endpoint before all of them were found.
 */
export async function lookUpMoved(context: HandlerContext, state: KeyState): Promise<void> {
  // A key that was gone already needn't be anywhere.
  if (state.status === "missing") {
    context.view.lookedUp(state.keyId, undefined);
    return;
  }
  const key = (await context.client.list("shared")).keys.get(state.keyId);
  const marker = markerOf(key);
  const problem =
    key === undefined
      ? "it isn't listed there"
      : !hasName(key, state.name) && state.drift?.["name"] === undefined
        ? "the key of this id has another name there"
        : instantMs(key.createdAt) !== undefined && !sameSecond(key.createdAt, state.createdAt)
          ? "the key of this id was created at another time there"
          : marker !== undefined && marker.identity !== state.ownership.identity && state.adoptedAt === undefined
            ? "the key of this id carries another stack's mark there"
            : undefined;
  context.view.lookedUp(state.keyId, problem);
}

function sameSecond(a: string, b: string): boolean {
  return Math.abs((instantMs(a) ?? 0) - (instantMs(b) ?? 0)) < 1_000;
}

/** Refuses unless this run has found every key of the state at the address that its deployment moved to. */
export function assertMoved({ settings, view }: HandlerContext, keyId: string): void {
  const missing = view.notMoved();
  if (view.stateIsRead && missing.length === 0 && view.isLookedUp(keyId)) return;
  const found = missing.map((key) => `${key.keyId} (${key.problem})`).join(", ");
  throw new ZkscoreError({
    code: "ZKS_WRONG_ACCOUNT",
    what:
      missing.length > 0
        ? `the deployment didn't move to ${settings.endpoint} with all keys of this stack: ${found}`
        : `whether every key of this stack is listed at ${settings.endpoint} isn't known`,
    why:
      missing.length > 0
        ? "every key of the state must be listed at the new address"
        : "this run hasn't read the state",
    remedy:
      missing.length > 0
        ? "check ZKSCORE_BASE_URL and ZKSCORE_TOKEN; a key that is really gone leaves the state with `pulumi state delete`"
        : "run the same command with --refresh",
    safe: "no key was created, changed or revoked, and every key keeps its address in the state",
  });
}
