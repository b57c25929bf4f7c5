import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { describeWithEngine } from "../support/engine/describe.ts";
import { createStack, succeed, type TestStack } from "../support/engine/stack.ts";
import { inWhole } from "../support/share.ts";

async function make(options: Parameters<typeof createStack>[0]): Promise<TestStack> {
  const stack = await createStack(options);
  onTestFinished(() => stack.dispose());
  return stack;
}

describeWithEngine("a program under the language host", () => {
  test("gets its project, stack and configuration, and a secret stays one", async () => {
    const stack = await make({
      program: `
        import * as pulumi from "@pulumi/pulumi";
        const config = new pulumi.Config("zkscore");
        export const names: string[] = [pulumi.getProject(), pulumi.getStack(), config.require("plan")];
        export const hidden = config.requireSecret("token");
      `,
      config: { "zkscore:plan": "pro" },
      secrets: { "zkscore:token": "planted-secret" },
      project: "shop",
      stack: "production",
    });
    const outcome = await succeed(stack.up());
    expect(outcome.output).not.toContain("planted-secret");
    expect(JSON.stringify(await stack.export())).not.toContain("planted-secret");
    expect(await stack.outputs()).toEqual({ names: ["shop", "production", "pro"], hidden: "planted-secret" });
  });

  test.runIf(inWhole("plain JavaScript"))("runs in preview mode in a preview, and from plain JavaScript", async () => {
    const stack = await make({
      language: "js",
      program: `exports.preview = require("@pulumi/pulumi").runtime.isDryRun();`,
    });
    expect((await succeed(stack.preview())).stdout).toMatch(/preview\s*: true/);
    await succeed(stack.up());
    expect(await stack.outputs()).toEqual({ preview: false });
    await stack.expectNoChanges();
    stack.setProgram(`new (require("@pulumi/pulumi").ComponentResource)("test:index:Group", "added");`);
    await expect(stack.expectNoChanges()).rejects.toThrow("added");
  });

  test("that throws is reported once, with its message, and fails the command", async () => {
    const stack = await make({ program: `throw new Error("planted failure");` });
    const outcome = await stack.up();
    expect(outcome.code).not.toBe(0);
    expect(outcome.output.match(/Error: planted failure/g)).toHaveLength(1);
    expect(outcome.output).not.toContain("non-zero exit code");
  });

  test("that exits by itself is reported with its exit code", async () => {
    const stack = await make({ program: "process.exit(7);" });
    const outcome = await stack.up();
    expect(outcome.code).not.toBe(0);
    expect(outcome.output).toContain("Program exited with non-zero exit code: 7");
  });

  test.runIf(inWhole("a policy pack"))("is stopped by a policy pack, whose message is shown", async () => {
    const stack = await make({
      language: "js",
      program: `new (require("@pulumi/pulumi").ComponentResource)("a:b:C", "c");`,
    });
    const pack = join(stack.folder, "pack");
    mkdirSync(pack);
    const files = {
      "PulumiPolicy.yaml": "runtime: { name: nodejs, options: { typescript: false } }\n",
      "package.json": `{ "name": "pack", "version": "0.0.1", "main": "index.js" }`,
      "index.js": `new (require("@pulumi/policy").PolicyPack)("pack", { policies: [{
        name: "none", description: "none", enforcementLevel: "mandatory",
        validateResource: (args, report) => { if (args.name === "c") report("planted violation"); },
      }] });`,
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(pack, name), text);
    const outcome = await stack.up(["--policy-pack", pack]);
    expect(outcome.code).not.toBe(0);
    expect(outcome.output).toContain("planted violation");
    await succeed(stack.up());
  });

  test("ends soon, and no process of the run is left", async () => {
    const stack = await make({ program: "export const done: boolean = true;" });
    await succeed(stack.up());
    expect(stack.pids()).toEqual([]);
  });
});
