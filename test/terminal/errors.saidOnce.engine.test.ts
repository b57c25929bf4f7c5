import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Outcome } from "../support/engine/command.ts";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { freshWorld, world } from "../support/fixture.ts";
import { inWhole } from "../support/share.ts";
import { READ_SCORES } from "../support/world.ts";

const program = (args = "") => `import { ApiKey } from "pulumi-zkscore";
new ApiKey("a", { ${READ_SCORES}, ${args} });
`;

const KEY = "pulumi-nodejs:dynamic/zkscore:ApiKey (a)";
const IDENTITY = "pulumi-nodejs:dynamic/zkscore:StackIdentity (zkscore)";

describeWithEngine("an error of any handler", () => {
  test.runIf(inWhole("every error, once"))(
    "is said once, under the resource that it is about, and without a stack",
    { timeout: 600_000 },
    async () => {
      await freshWorld({ program: program(), refreshAlways: false, timeoutMs: 240_000 });
      const { stack, api } = world;
      const forbidden = (operation: "create" | "list" | "update") =>
        void api.faults.add({ operation, kind: "status", status: 403, every: 1 });

      forbidden("create");
      expectOnce(await stack.up(), KEY, /\[ZKS_FORBIDDEN/);
      api.faults.clear();
      await succeed(stack.up(["--refresh"]));

      stack.setProgram(program(`description: ""`));
      expectOnce(await stack.preview(), KEY, /description: is empty; write/);

      stack.setProgram(program(`description: "changed"`));
      forbidden("update");
      expectOnce(await stack.up([], { ZKSCORE_UPDATES: "patch" }), KEY, /\[ZKS_FORBIDDEN/);
      expectOnce(await stack.preview([], { ZKSCORE_UPDATES: "nope" }), IDENTITY, /\[ZKS_CONFIG\]/);
      api.faults.clear();

      stack.setProgram(program());
      forbidden("list");
      expectOnce(await stack.refresh(), KEY, /\[ZKS_FORBIDDEN/);
      api.faults.clear();

      stack.setProgram(program(`deletionPolicy: "prevent"`));
      await succeed(stack.up());
      expectOnce(await stack.destroy(), KEY, /\[ZKS_PREVENTED\]/);

      await breakState();
      expectOnce(await stack.preview(), KEY, /\[ZKS_INPUT\]/);
    },
  );
});

/** Diagnostics: the blocks that hold the text, by the resource that heads them. */
function expectOnce(outcome: Outcome, resource: string, text: RegExp): void {
  expect(outcome.code, outcome.output).not.toBe(0);
  const diagnostics = outcome.output.slice(outcome.output.indexOf("Diagnostics:"));
  const blocks = diagnostics.split(/\n(?= {2}\S)/).filter((block) => new RegExp(text, "g").test(block));
  expect(
    blocks.map((block) => block.trim().split(":\n")[0]),
    outcome.output,
  ).toEqual([resource]);
  expect(diagnostics.match(new RegExp(text, "g")), outcome.output).toHaveLength(1);
  expect(outcome.output).not.toMatch(/\n\s+at |said by the engine|undefined/);
}

/** A state that somebody edited: `diff` refuses it. */
async function breakState(): Promise<void> {
  const state = structuredClone(await world.stack.export());
  for (const { outputs } of state.deployment.resources ?? []) if (outputs !== undefined) delete outputs["previous"];
  const file = join(world.stack.folder, "edited.json");
  writeFileSync(file, JSON.stringify(state));
  await succeed(world.stack.run(["stack", "import", "--file", file]));
}
