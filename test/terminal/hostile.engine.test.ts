import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startEmulator } from "../../emulator/index.ts";
import { encodeMarker } from "../../provider/domain/marker.ts";
import { packageRoot } from "../../tools/root.ts";
import { ask } from "../support/emulator.ts";
import { describeWithEngine } from "../support/engine/describe.ts";
import { freshWorld, world } from "../support/fixture.ts";
import { HOSTILE, hostileAccount, hostileIn } from "../support/network/hostileAccount.ts";
import { inWhole } from "../support/share.ts";
import { keysProgram, READ_SCORES } from "../support/world.ts";

describeWithEngine("a hostile account under the real engine", () => {
  test.runIf(inWhole("a hostile account"))(
    "changes neither terminal nor log: up, preview, refresh, an error, the policy pack, destroy",
    {
      timeout: 400_000,
    },
    async () => {
      const api = await startEmulator({ updates: "patch" });
      onTestFinished(() => api.close());
      const account = await hostileAccount(api.url);
      const program = (text: string) => keysProgram({ a: `{ ${READ_SCORES}, description: "${text}" }` });
      const env = { ZKSCORE_BASE_URL: account.url };
      await freshWorld({ api, program: program("ours"), env, timeoutMs: 200_000 });
      const { stack } = world;
      const said: string[] = [];
      const note = async (running: Promise<{ code: number | null; output: string }>, fine = true) => {
        const { code, output } = await running;
        expect([code === 0, hostileIn(output)], output).toEqual([fine, []]);
        said.push(output);
      };
      await note(stack.up());
      const mine = world.key("a");
      const marker = {
        project: "test",
        stack: "dev",
        name: HOSTILE,
        owner: "o",
        attempt: "0",
        retires: [],
        keep: false,
      };
      const metadata = encodeMarker({ ...marker, identity: String(mine.metadata["pulumi:identity"]) });
      const body = { name: "foreign", permissions: [{ resource: "scores", actions: ["read"] }], metadata };
      const { json } = await ask(`${api.url}/developer/keys`, api.accounts[0]?.token, "POST", body);
      api.edit(String(Reflect.get(Object(json), "keyId")), { name: `foreign${HOSTILE}` });
      api.edit(mine.id, { description: HOSTILE });
      await note(stack.refresh(["--diff"]));
      await note(stack.preview(["--diff", "--policy-pack", join(packageRoot, "policy")]), false);
      await note(stack.preview(["--diff"]));
      stack.setProgram(program("new"));
      await note(stack.up(["--diff"]));
      api.faults.add({ operation: "list", kind: "status", status: 400 });
      await note(stack.up(), false);
      await note(stack.destroy(["--diff"]));
      expect(said.join("\n"), "it was said, harmlessly").toMatch(/foreign\\u001b/);
      await account.close();
    },
  );
});
