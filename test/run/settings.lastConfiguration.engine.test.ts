import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../emulator/index.ts";
import { describeWithEngine } from "../support/engine/describe.ts";
import { createStack, succeed, type TestStack } from "../support/engine/stack.ts";
import { inWhole } from "../support/share.ts";
import { keysProgram, READ_SCORES } from "../support/world.ts";

/** An account whose token can be changed, as a rotation at the provider's does it. */
function account(folder: string) {
  let running: Emulator | undefined;
  return async (token: string, port = 0): Promise<Emulator> => {
    await running?.close();
    running = await startEmulator({ dataDir: folder, port, accounts: [{ token }], operatorToken: "op_test-operator" });
    return running;
  };
}

describeWithEngine("a refresh runs with the configuration of the last run", () => {
  let folder: string;
  let api: Emulator;
  let serve: ReturnType<typeof account>;
  let stack: TestStack;
  const set = (key: string, value: string, ...more: string[]) =>
    succeed(stack.run(["config", "set", "--stack", "dev", ...more, key, value]));
  const config = async (key: string) =>
    (await succeed(stack.run(["config", "get", "--stack", "dev", key]))).stdout.trim();
  /** The command that an error names, as its reader would run it. */
  async function asTold(output: string): Promise<{ variable: string; value: string }> {
    const [, variable = "", key = ""] =
      /run once: (ZKSCORE_\w+)="\$\(pulumi config get (zkscore:\w+)\)" pulumi up/.exec(output) ?? [];
    expect(variable, output).not.toBe("");
    return { variable, value: await config(key) };
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "zkscore-rotated-"));
    serve = account(folder);
    api = await serve("zkm_first-token-canary");
    stack = await createStack({
      program: keysProgram({ a: `{ ${READ_SCORES} }` }),
      config: { "zkscore:baseUrl": api.url },
      secrets: { "zkscore:token": "zkm_first-token-canary" },
    });
    await succeed(stack.up());
  });
  afterAll(async () => {
    stack.dispose();
    await api.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test.runIf(inWhole("a rotated token"))(
    "the token rotated in zkscore:token: up and refresh say what helps, and it does",
    async () => {
      api = await serve("zkm_second-token-canary", api.port);
      // The old token is refused by the program's phase, too: the words name the setting that holds it.
      const before = await stack.up();
      expect(before.code).not.toBe(0);
      expect(before.output).toContain("the token in zkscore:token");

      await set("zkscore:token", "zkm_second-token-canary", "--secret");
      let told = "";
      for (const command of [stack.refresh, stack.up]) {
        const stuck = await command();
        told = stuck.output;
        expect(stuck.code).not.toBe(0);
        expect(stuck.output).toMatch(/ZKS_UNAUTHORIZED[\s\S]*If zkscore:token was corrected already/);
        expect(stuck.output).not.toMatch(/zkm_(first|second)/);
      }
      const { variable, value } = await asTold(told);
      expect([variable, value]).toEqual(["ZKSCORE_TOKEN", "zkm_second-token-canary"]);
      await succeed(stack.up([], { [variable]: value }));
      // Once is enough: the state holds the new configuration from then on.
      await succeed(stack.up());
      await succeed(stack.refresh());
      expect(api.keys().filter((key) => key.status === "active")).toHaveLength(1);
    },
    180_000,
  );

  test("a token in the environment that isn't valid is named as such, whatever the configuration says", async () => {
    const { code, output } = await stack.up([], { ZKSCORE_TOKEN: "zkm_wrong-token-canary" });
    expect(code).not.toBe(0);
    expect(output).toContain("the token in ZKSCORE_TOKEN ");
    expect(output).toContain("counts before any zkscore:token");
    expect(output).not.toContain("run once");
  }, 60_000);

  test.runIf(inWhole("a mistyped plan"))(
    "a plan mistyped in zkscore:plan and then corrected",
    async () => {
      await set("zkscore:plan", "profesional");
      expect((await stack.up()).output).toContain("it is no plan of the API");
      await set("zkscore:plan", "professional");
      const stuck = await stack.up();
      if (stuck.code !== 0) {
        const { variable, value } = await asTold(stuck.output);
        expect([variable, value]).toEqual(["ZKSCORE_PLAN", "professional"]);
        await succeed(stack.up([], { [variable]: value }));
      }
      await succeed(stack.up());
    },
    120_000,
  );

  test.runIf(inWhole("destroy"))(
    "destroy with the configuration of the last run: the same command helps",
    async () => {
      api = await serve("zkm_third-token-canary", api.port);
      await set("zkscore:token", "zkm_third-token-canary", "--secret");
      const stuck = await stack.destroy();
      expect(stuck.code).not.toBe(0);
      const { variable, value } = await asTold(stuck.output);
      await succeed(stack.destroy([], { [variable]: value }));
      expect(api.keys().filter((key) => key.status === "active")).toEqual([]);
    },
    120_000,
  );
});
