import { chmodSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, delimiter, join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { packageRoot } from "../../tools/root.ts";
import { ask } from "../support/emulator.ts";
import { type Outcome, startCommand } from "../support/engine/command.ts";
import { describeWithEngine } from "../support/engine/describe.ts";
import { runVariable } from "../support/engine/processes.ts";
import { freshFolder } from "../support/fixture.ts";
import { DAY, START } from "../support/host/world.ts";
import { nodeStartup } from "../support/nodeStartup.ts";
import { commandsOf, githubWorkflows, gitlabJobs, type Step } from "../support/pipelines.ts";
import { inWhole } from "../support/share.ts";
import { connection, createWorld, type World } from "../support/world.ts";

// Some runs of the CLI in one test, on a machine that may be doing other things.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const example = join(packageRoot, "examples", "ci");
const read = (folder: string, file: string) => readFileSync(join(folder, file), "utf8");
const program = read(example, "index.ts");

/** What a step left behind. */
interface Ran {
  name: string;
  code: number;
  output: string;
}

const runs = inWhole("the pipelines of examples/ci");

describeWithEngine("the pipelines of examples/ci, each command as its file says it", (engine) => {
  let world: World;
  let folder: string;
  /** All that any step printed or wrote for people to read. */
  const texts: string[] = [];

  beforeEach(({ skip }) => skip(!runs, "left to npm run prove:engine"));
  beforeAll(async () => {
    if (!runs) return;
    world = await createWorld({ program, project: "ci", stack: "prod", emulator: { clock: START } });
    folder = world.stack.folder;
    installIn(folder);
  });
  afterAll(() => (runs ? world.dispose() : undefined));

  /** Runs the commands of a job as GitHub would; after a failure only the steps that say so. `step` may look at each. */
  async function job(file: string, name: string, context: Record<string, string> = {}, where = folder) {
    const found = githubWorkflows()[file];
    const steps = commandsOf(found?.jobs[name] ?? { steps: [] });
    expect(steps.length).toBeGreaterThan(0);
    const files = { GITHUB_OUTPUT: join(where, "output.txt"), GITHUB_STEP_SUMMARY: join(where, "summary.md") };
    for (const path of Object.values(files)) writeFileSync(path, "");
    const ran: Ran[] = [];
    for (const step of steps) {
      const failed = ran.some(({ code }) => code !== 0);
      if (failed && !/always\(\)|!cancelled\(\)/.test(step.if ?? "")) continue;
      const env = { ...environment(step, context), ...files };
      ran.push({ name: step.name ?? step.run, ...(await bash(step.run, env, where)) });
    }
    const outputs = Object.fromEntries(
      readFileSync(files.GITHUB_OUTPUT, "utf8")
        .split("\n")
        .flatMap((line) => [...line.matchAll(/^(\w+)=(.*)$/g)].map(([, key, value]) => [key ?? "", value ?? ""])),
    );
    const summary = readFileSync(files.GITHUB_STEP_SUMMARY, "utf8");
    texts.push(summary, ...ran.map(({ output }) => output));
    return { ran, outputs, summary, code: ran.find(({ code }) => code !== 0)?.code ?? 0 };
  }

  /** What a step gets: only what its `env` names. Access to Pulumi Cloud stands for access to this stack's own backend. */
  function environment({ env = {} }: Step, context: Record<string, string>): NodeJS.ProcessEnv {
    const path = [
      join(folder, "bin"),
      join(packageRoot, "node_modules", ".bin"),
      engine.env["PATH"] ?? process.env["PATH"],
    ];
    const backend = {
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}?metadata=skip`,
      PULUMI_CONFIG_PASSPHRASE: "zkscore",
    };
    const values: Record<string, string | undefined> = {
      "secrets.ZKSCORE_TOKEN": world.api.accounts[0]?.token,
      "github.token": "token-of-the-job",
      "github.repository": "acme/keys",
      "github.event.pull_request.number": "7",
      ...context,
    };
    const given = Object.entries(env).map(([name, expression]) => {
      const [, inner = ""] = /^\$\{\{ (.+) \}\}$/.exec(expression) ?? [];
      if (inner === "secrets.PULUMI_ACCESS_TOKEN") return backend;
      if (values[inner] === undefined) throw new Error(`the test doesn't know ${expression}`);
      return { [name]: values[inner] };
    });
    return {
      ...engine.env,
      HOME: process.env["HOME"],
      CI: "true",
      GITHUB_ACTIONS: "true",
      ...nodeStartup(),
      PULUMI_HOME: join(folder, "home"),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_DIY_BACKEND_NO_LEGACY_WARNING: "true",
      [runVariable]: basename(folder),
      // Where the test's account is, and what time it is there.
      ZKSCORE_BASE_URL: connection(world.api)["ZKSCORE_BASE_URL"],
      ZKSCORE_NOW: new Date(world.api.now()).toISOString(),
      PATH: path.join(delimiter),
      ...Object.assign({}, ...given),
    };
  }

  /** The comment, as `gh` was told to write it. */
  async function posted(comment: string | undefined) {
    const empty = freshFolder();
    const outcome = await job("preview.yml", "comment", { "needs.preview.outputs.comment": comment ?? "" }, empty);
    expect(outcome.ran.map(({ code, output }) => [code, output])).toEqual([[0, ""]]);
    const [, call, body = ""] = /^(.*)\n([\s\S]*)$/.exec(read(folder, "gh.last")) ?? [];
    return { call, body };
  }

  test("up, after a merge: the key is made, and the run's page says which", async () => {
    const { code, summary, ran } = await job("up.yml", "up");
    expect([code, ran.map(({ name }) => name)]).toEqual([
      0,
      ["Keep the state as it was", "Up", "Say what happened to which key"],
    ]);
    expect(world.live()).toHaveLength(1);
    expect(summary).toContain(`| backend | **made** | \`${world.live()[0]}\` |`);
  });

  test("a pull request that widens: its preview asks the account nothing, and the comment is the one of docs/ci.md", async () => {
    world.requests();
    world.stack.setProgram(
      program.replace(
        "permissions: [",
        'permissions: [{ resource: "trust", actions: ["read"], restrictions: { ipWhitelist: ["198.51.100.0/24"] } }, ',
      ),
    );
    const preview = await job("preview.yml", "preview");
    expect(preview.code).toBe(0);
    expect(world.requests()).toEqual([]);
    const { call, body } = await posted(preview.outputs["comment"]);
    expect(call).toContain("--method POST repos/acme/keys/issues/7/comments");
    expect(body).toBe(preview.summary);
    expect(body).toContain("**permissions widen: + trust:read");
    expectInDocs("widening", body);
  });

  test("a pull request that the policies refuse: the job fails, and the comment is written anew all the same", async () => {
    world.stack.setProgram(program.replace('actions: ["read"]', 'actions: ["read", "write"]'));
    const preview = await job("preview.yml", "preview");
    expect(preview.ran.map(({ code }) => code === 0)).toEqual([false, true]);
    const { call, body } = await posted(preview.outputs["comment"]);
    expect(call).toContain("--method PATCH repos/acme/keys/issues/comments/42");
    expectInDocs("refused", body);
    // GitLab has no comment to write: the same text is kept as an artifact.
    const after = gitlabJobs()["preview"]?.after_script ?? [];
    expect(after).toHaveLength(1);
    for (const command of after) expect((await bash(command, environment({}, {}), folder)).code).toBe(0);
    expect(read(folder, "keys.md")).toBe(body);
  });

  test("the schedule, when the key is due: it is replaced, the old one lives on, and the audit is the one of docs/ci.md", async () => {
    world.stack.setProgram(program);
    world.api.setNow(Date.parse(START) + 21 * DAY);
    const [old = ""] = world.live();
    const { code, summary } = await job("rotate.yml", "up");
    expect(code).toBe(0);
    expect(world.live()).toHaveLength(2);
    expect(summary).toContain(`**replaced** \`${old}\``);
    expectInDocs("rotated", summary);
    const keeper = githubWorkflows()["rotate.yml"]?.jobs["up"]?.steps.find(({ name }) => name?.startsWith("Say"));
    const after = gitlabJobs()[".up"]?.after_script ?? [];
    expect(after).toHaveLength(2);
    const env = environment(keeper ?? {}, {});
    for (const command of after) expect((await bash(command, env, folder)).code).toBe(0);
    expect(read(folder, "keys.md")).toBe(summary);
  });

  test("every night: nothing to look at, and a failed run when a key is missing", async () => {
    expect((await job("reconcile.yml", "reconcile")).code).toBe(0);
    const state = await world.stack.export();
    const id = state.deployment.resources?.find(({ urn }) => urn.endsWith("::backend"))?.id ?? "";
    await ask(`${world.api.url}/developer/keys/${id}`, world.api.accounts[0]?.token, "DELETE");
    const { code, summary } = await job("reconcile.yml", "reconcile");
    expect(code).toBe(3);
    expect(summary).toContain("Missing: in a state");
    expect(summary).toContain(id);
  });

  test("no token and no secret of a key stands in anything that was printed or written", async () => {
    const secrets = [world.api.accounts[0]?.token, ...Object.values(await world.stack.outputs())].map(String);
    expect(secrets).toHaveLength(2);
    expect(texts.length).toBeGreaterThan(10);
    for (const text of texts) for (const secret of secrets) expect(text.includes(secret)).toBe(false);
  });
});

/** What `npm ci` would leave, the scripts where the pipelines call them, and a `gh` that notes what it was told. */
function installIn(folder: string): void {
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, ".bin"), { recursive: true });
  mkdirSync(join(folder, "bin"));
  mkdirSync(join(folder, "ci"));
  symlinkSync(packageRoot, join(modules, "pulumi-zkscore"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "keys", type: "module" }));
  for (const name of ["comment.ts", "audit.ts"]) cpSync(join(example, name), join(folder, "ci", name));
  executable(join(modules, ".bin", "zkscore-keys"), `exec node "${join(packageRoot, "dist", "cli", "main.js")}" "$@"`);
  // Lists a comment of somebody else's and, once it has written one, its own; filters with jq, as gh's own does, where there is one.
  executable(
    join(folder, "bin", "gh"),
    `cd "${folder}" && touch gh.mine
filter=; for one in "$@"; do if [ "$last" = --jq ]; then filter=$one; fi; last=$one; done
if [ -n "$filter" ]; then
  theirs='{"id":1,"user":{"login":"mallory"},"body":"<!-- zkscore-preview -->"},{"id":2,"user":{"login":"github-actions[bot]"},"body":"coverage"}'
  if command -v jq > /dev/null; then echo "[$theirs$(cat gh.mine)]" | jq -r "$filter"; else sed 's/.*"id":\\([0-9]*\\).*/\\1/' gh.mine; fi
else
  { echo "$@"; cat "$OLDPWD/comment.md"; } > gh.last
  echo ',{"id":42,"user":{"login":"github-actions[bot]"},"body":"<!-- zkscore-preview -->"}' > gh.mine
fi`,
  );
}

function executable(file: string, text: string): void {
  writeFileSync(file, `#!/usr/bin/env bash\nset -eu\nlast=\n${text}\n`);
  chmodSync(file, 0o755);
}

/** As GitHub runs a step of `shell: bash`, and GitLab a line of a script. */
function bash(command: string, env: NodeJS.ProcessEnv, cwd: string): Promise<Outcome> {
  const args = ["--noprofile", "--norc", "-eo", "pipefail", "-c", command];
  return startCommand("bash", args, { cwd, env, timeoutMs: 120_000 }).done;
}

/** The text that docs/ci.md shows after `<!-- shown: NAME -->` is this one, but for ids, instants and fingerprints. */
function expectInDocs(name: string, text: string): void {
  const page = read(join(packageRoot, "docs"), "ci.md");
  const [, shown = ""] = new RegExp(`<!-- shown: ${name} -->\\n([\\s\\S]*?)<!-- end -->`).exec(page) ?? [];
  expect(masked(text).trim()).toBe(masked(shown).trim());
}

/** What differs from run to run, by the order in which it first appears. */
function masked(text: string): string {
  const patterns = [/key\\?_[0-9a-f]{20}/g, /\d{4}-\d\d-\d\dT[\d:.]+Z/g, /(?<=`)[0-9a-f]{16}(?=`)/g];
  return patterns.reduce(
    (masking, pattern, kind) => {
      const seen: string[] = [];
      return masking.replace(pattern, (found) => {
        const value = found.replace("\\", "");
        if (!seen.includes(value)) seen.push(value);
        return `<${kind}.${seen.indexOf(value)}>`;
      });
    },
    text.replace(/@v\d+\.\d+\.\d+/g, ""),
  );
}
