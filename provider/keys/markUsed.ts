import { isLive, markerOf, nameOf, neverUsed } from "../api/keyStatus.ts";
import { ZkscoreError } from "../domain/errors.ts";
import type { KeyState } from "../domain/inputs.ts";
import type { HandlerContext } from "../stack/context.ts";

/**
 * Makes one request with a key that nobody used yet and that leaves the stack whose mark it carries. Without it, a later
 * `destroy` of that stack would take the key for the orphan of a killed run. Marked `keep`, it needs none.
 */
export async function markUsed(context: HandlerContext, state: KeyState): Promise<void> {
  const key = (await context.client.list("shared")).keys.get(state.keyId);
  if (key === undefined || !isLive(key) || !neverUsed(key) || markerOf(key)?.keep === true) return;
  try {
    await context.client.usage({ keyId: state.keyId }, state.apiKey);
  } catch (error) {
    if (!ZkscoreError.is(error) || (error.status !== 401 && error.status !== 403)) throw error;
    context.log.warn(
      `${state.ownership.name}: ${nameOf(key)} was never used and can't be used from here. ` +
        `A later \`pulumi destroy\` of ${state.ownership.project}/${state.ownership.stack} would take it for an orphan and ` +
        "revoke it: make one request with it before",
    );
  }
}
