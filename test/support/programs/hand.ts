import type { Change } from "./program.ts";
import type { StateKey } from "./stateFile.ts";
import type { World } from "./world.ts";

/** Does to the account, to the clock or to the stack what people do; what a program says is not its matter. */
export function hand({ api, stack, setConfiguration }: World) {
  let edits = 0;
  let configuration = 0;
  const edit = (field: "description" | "permissions" | "rateLimit") => {
    edits += 1;
    if (field === "description") return { description: `edited by hand ${edits}` };
    if (field === "rateLimit") return { rateLimit: { requestsPerMinute: 100 + edits } };
    return { permissions: [{ resource: "identity" as const, actions: ["read" as const] }] };
  };
  return async (change: Change, key: StateKey | undefined): Promise<void> => {
    if (change.change === "clock") api.advance(change.minutes * 60_000);
    if (change.change === "configuration") {
      configuration += 1;
      setConfiguration(configuration);
    }
    if (key === undefined) return;
    if (change.change === "use") await api.use(key.secret);
    if (change.change === "revokedByHand") api.revoke(key.keyId);
    if (change.change === "drift") api.edit(key.keyId, edit(change.field));
    if (change.change !== "taint") return;
    const { code, output } = await stack.run(["state", "taint", key.urn, "--yes", "--stack", "dev"]);
    if (code !== 0) throw new Error(`pulumi state taint failed:\n${output}`);
  };
}
