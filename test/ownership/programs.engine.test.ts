import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startEmulator } from "../../emulator/index.ts";
import { packageRoot } from "../../tools/root.ts";
import { startCommand } from "../support/engine/command.ts";
import { describeWithEngine } from "../support/engine/describe.ts";
import { writeProject } from "../support/engine/project.ts";
import { succeed } from "../support/engine/stack.ts";
import { freshWorld, world } from "../support/fixture.ts";
import { inWhole } from "../support/share.ts";
import { connection, liveIds, READ_SCORES } from "../support/world.ts";

const ARGS = `{ ${READ_SCORES} }`;

describeWithEngine("several deployments or several copies of the package in one process", (engine) => {
  test.runIf(inWhole("two inline programs"))(
    "two inline programs of the Automation API at once have an identity each, and each ends its own keys only",
    {
      timeout: 120_000,
    },
    async () => {
      const api = await startEmulator();
      onTestFinished(() => api.close());
      const project = writeProject(engine, { program: "" });
      onTestFinished(() => rmSync(project.folder, { recursive: true, force: true }));
      // The provider is loaded from the work folder's own dependencies: it has to lie inside the user's project.
      for (const name of ["one", "two"]) mkdirSync(join(project.folder, name));
      writeFileSync(join(project.folder, "inline.cjs"), INLINE);
      const env = { ...project.env, ...connection(api) };
      const inline = startCommand(process.execPath, ["inline.cjs"], { cwd: project.folder, env, timeoutMs: 110_000 });
      const { code, output, stdout } = await inline.done;
      expect(output).toContain("done");
      expect(code).toBe(0);
      const { one, two } = JSON.parse(stdout.split("\n")[0] ?? "{}");
      expect(one).not.toBe(two);
      // `one` was destroyed while `two` lives on.
      expect(liveIds(api)).toEqual([two]);
      const identities = new Set(api.keys().map((key) => key.metadata["pulumi:identity"]));
      expect([api.keys().length, identities.size]).toEqual([2, 2]);
    },
  );

  test.runIf(inWhole("two copies of the package"))(
    "two copies of the package, one imported and one required, register one identity",
    {
      timeout: 120_000,
    },
    async () => {
      await freshWorld({ program: "" });
      const { api, stack } = world;
      copyPackage(join(stack.folder, "nested", "node_modules", "pulumi-zkscore"));
      writeFileSync(
        join(stack.folder, "nested", "key.cjs"),
        `exports.ApiKey = require("./node_modules/pulumi-zkscore").ApiKey;`,
      );
      stack.setProgram(`import { ApiKey } from "pulumi-zkscore";
import { createRequire } from "node:module";
const { ApiKey: Other } = createRequire(import.meta.url)("./nested/key.cjs");
if (Other === ApiKey) throw new Error("one copy only");
new ApiKey("a", ${ARGS});
new Other("b", ${ARGS});
`);
      await succeed(stack.up());
      const { deployment } = await stack.export();
      expect(deployment.resources?.filter(({ type }) => type.endsWith("StackIdentity"))).toHaveLength(1);
      expect(new Set(api.keys().map((key) => key.metadata["pulumi:identity"])).size).toBe(1);
      expect(new Set(api.keys().map((key) => key.metadata["pulumi:owner"])).size).toBe(2);
      await stack.expectNoChanges();
      await succeed(stack.destroy());
      expect(world.live()).toEqual([]);
    },
  );
});

/** What a user's package folder holds, and the SDK the program itself runs on. */
function copyPackage(to: string): void {
  mkdirSync(to, { recursive: true });
  cpSync(join(packageRoot, "dist", "provider"), join(to, "dist", "provider"), { recursive: true });
  writeFileSync(join(to, "package.json"), readFileSync(join(packageRoot, "package.json")));
  symlinkSync(join(packageRoot, "node_modules"), join(to, "node_modules"), "dir");
}

const INLINE = `
const { LocalWorkspace } = require("@pulumi/pulumi/automation");
const { ApiKey } = require("pulumi-zkscore");
const program = async () => ({ id: new ApiKey("a", ${ARGS}).keyId });
const make = (stackName) => LocalWorkspace.createOrSelectStack({ stackName, projectName: "inline", program }, { workDir: require("path").join(__dirname, stackName) });
(async () => {
  const [one, two] = await Promise.all([make("one"), make("two")]);
  const [first, second] = await Promise.all([one.up(), two.up()]);
  console.log(JSON.stringify({ one: first.outputs.id.value, two: second.outputs.id.value }));
  await Promise.all([one.destroy(), two.refresh()]);
  const again = await two.preview();
  if (again.changeSummary.same !== 3) throw new Error(JSON.stringify(again.changeSummary));
  console.log("done");
})().catch((error) => { console.error(error); process.exit(1); });
`;
