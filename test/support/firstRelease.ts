import type { Emulator } from "../../emulator/index.ts";
import { sha256, stableJson } from "../../provider/domain/stable.ts";
import { stateIn } from "../../provider/host/stateCodec.ts";
import { observed } from "../../provider/keys/drift.ts";
import { startInProcess } from "./host/inProcess.ts";
import { accountClock } from "./host/world.ts";
import type { SimStack } from "./model/engine.ts";
import { connection } from "./world.ts";

/**
 * Rewrites the state of a simulated stack as release 0.1.0 wrote it: all outputs side by side, absent ones absent, digests
 * without a salt, lists of the inputs in their canonical order.
 */
export async function asFirstRelease(stack: SimStack, api: Emulator): Promise<void> {
  const run = startInProcess({
    project: stack.project,
    stack: stack.stack,
    env: connection(api),
    clock: accountClock(api),
    random: () => "00000000",
  });
  const { keys } = await run.context.client.list("fresh");
  for (const entry of stack.entries.filter(({ kind }) => kind === "key")) {
    const { salt: _none, confirmed: _salted, ...state } = stateIn(entry.outputs);
    const key = keys.get(state.keyId);
    if (key === undefined) throw new Error(`the account doesn't list ${state.keyId}`);
    const declared = state.declared.includes("expiry") || state.expiresIn !== undefined;
    const { expiry: _end, ...endless } = state;
    const echo = Object.entries(observed(declared ? state : endless, key));
    const confirmed = Object.fromEntries(echo.map(([field, value]) => [field, sha256(stableJson(value)).slice(0, 16)]));
    entry.outputs = { ...state, confirmed };
    for (const list of ["permissions", "webhooks"] as const) {
      if (entry.inputs[list] !== undefined) entry.inputs[list] = state[list];
    }
  }
  await run.end();
}
