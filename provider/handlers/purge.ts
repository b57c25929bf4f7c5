import { ZkscoreError } from "../domain/errors.ts";
import type { KeyInputs, KeyState } from "../domain/inputs.ts";
import { type HandlerContext, InitFailure } from "./context.ts";
import { endRetired } from "./ledger.ts";
import { type MarkedKey, nameOf } from "./remote.ts";
import { ledgerIds, leftovers } from "./sweep.ts";

/**
 * After `rotation.compromised`: ends, at once and without an overlap, the replaced key, its whole ledger, and every
 * other live key that carries this owner. `state.previous` holds the ids to end. What can't be ended now makes an init
 * failure with the new key in the state, and `update` goes on with it.
 */
export async function purge(context: HandlerContext, state: KeyState, inputs: KeyInputs): Promise<KeyState> {
  const { client, run } = context;
  const ended = new Set<string>();
  try {
    const listing = await client.list("fresh");
    for (const { keyId } of state.previous) {
      await endRetired(context, listing, keyId, state, "its successor was declared compromised");
      ended.add(keyId);
    }
    // By their mark; not those that another resource has or retires: an alias or an adoption may have brought them there.
    const { orphans, unexplained } = leftovers(context, listing, new Set([inputs.ownership.owner]), ledgerIds(context));
    const others = [...orphans, ...unexplained].filter(({ key }) => key.id !== state.keyId && !ended.has(key.id));
    if (others.length > 0 && !run.refreshed) throw needsRefresh(inputs, others);
    for (const { key } of others) {
      await client.revoke(key.id);
      context.log.warn(`${inputs.ownership.name}: revoked ${nameOf(key)}, because the key was declared compromised`);
    }
  } catch (error) {
    const left = state.previous.filter(({ keyId }) => !ended.has(keyId));
    throw new InitFailure({ ...state, previous: left, unfinished: "purge" }, error);
  }
  const { unfinished: _done, ...finished } = state;
  return { ...finished, previous: [] };
}

/** Without a refresh this run can't know whether another resource of the stack holds such a key. */
function needsRefresh(inputs: KeyInputs, others: readonly MarkedKey[]): ZkscoreError {
  return new ZkscoreError({
    code: "ZKS_UNFINISHED",
    what: `${inputs.ownership.name}: the compromised key is replaced and revoked; ${others.length} more live key(s) carry its mark: ${others.map(({ key }) => key.id).join(", ")}`,
    why: "this run hasn't read the whole state, so it can't tell whether another resource of the stack uses them",
    remedy: "run `pulumi up --refresh` now: it revokes those that no resource of this stack uses",
    safe: "the new key is in the state and works",
  });
}
