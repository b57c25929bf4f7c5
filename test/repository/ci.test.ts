import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../tools/root.ts";
import { freshFolder } from "../support/fixture.ts";
import { commandsOf, githubWorkflows, gitlabJobs, pipelineText } from "../support/pipelines.ts";

/** What the pipelines to copy promise without being run; ci.engine.test.ts runs them. */
const workflows = Object.entries(githubWorkflows());
const jobs = workflows.flatMap(([file, { jobs: all }]) =>
  Object.entries(all).map(([name, job]) => ({ name: `${file}: ${name}`, job })),
);
const steps = jobs.flatMap(({ name, job }) => job.steps.map((step) => ({ name, step })));

test("there are four workflows, and each action is one that this repository pins, by the same digest", () => {
  expect(workflows.map(([file]) => file).sort()).toEqual(["preview.yml", "reconcile.yml", "rotate.yml", "up.yml"]);
  const own = readdirSync(join(packageRoot, ".github/workflows"))
    .map((file) => readFileSync(join(packageRoot, ".github/workflows", file), "utf8"))
    .join("\n");
  const uses = workflows.flatMap(([file]) => [
    ...pipelineText(`github/${file}`).matchAll(/uses: (\S+) # v\d+\.\d+\.\d+/g),
  ]);
  expect(uses).toHaveLength(steps.filter(({ step }) => step.uses !== undefined).length);
  expect(uses.length).toBeGreaterThan(10);
  const pulumi = "pulumi/actions@8582a9e8cc630786854029b4e09281acd6794b58";
  expect(uses.map(([, action = ""]) => action).filter((action) => action !== pulumi && !own.includes(action))).toEqual(
    [],
  );
});

test("the Pulumi that they install is the one that is tested", () => {
  const [, tested] =
    /pulumi\/pkg\/v3 v(\S+)/.exec(readFileSync(join(packageRoot, "tools/engine/go.mod"), "utf8")) ?? [];
  const installed = steps.flatMap(({ step }) => step.with?.["pulumi-version"] ?? []);
  expect(installed).toEqual([tested, tested, tested, tested]);
  expect(pipelineText("gitlab-ci.yml")).toContain(`name: pulumi/pulumi:${tested}\n`);
});

test("no job may do more than it says: contents: read, or a comment, which runs nothing of the pull request", () => {
  expect(workflows.map(([, { permissions }]) => permissions)).toEqual([{}, {}, {}, {}]);
  const granted = Object.fromEntries(jobs.map(({ name, job }) => [name, job.permissions]));
  expect(granted).toEqual({
    "preview.yml: preview": { contents: "read" },
    "preview.yml: comment": { "pull-requests": "write" },
    "up.yml: up": { contents: "read" },
    "rotate.yml: up": { contents: "read" },
    "reconcile.yml: reconcile": { contents: "read" },
  });
  const comment = githubWorkflows()["preview.yml"]?.jobs["comment"];
  expect(comment?.steps.filter((step) => step.uses !== undefined)).toEqual([]);
  const checkouts = steps.filter(({ step }) => step.uses?.startsWith("actions/checkout"));
  expect(checkouts.map(({ step }) => step.with?.["persist-credentials"])).toEqual([false, false, false, false]);
});

test("secrets reach single steps of an environment, never a command's text, and the preview has no token of the account", () => {
  for (const { name, step } of steps) expect([name, step.run?.includes("${{") ?? false]).toEqual([name, false]);
  for (const [file, workflow] of workflows) expect([file, "env" in workflow]).toEqual([file, false]);
  for (const { name, job } of jobs) {
    expect([name, "env" in job]).toEqual([name, false]);
    const secrets = JSON.stringify(job.steps).match(/secrets\.\w+/g) ?? [];
    expect([name, secrets.length > 0]).toEqual([name, job.environment !== undefined]);
  }
  const holders = steps.filter(({ step }) => JSON.stringify(step.env ?? {}).includes("secrets.ZKSCORE_TOKEN"));
  expect(holders.map(({ name, step }) => `${name}: ${step.name}`).sort()).toEqual([
    "reconcile.yml: reconcile: Compare",
    "rotate.yml: up: Up",
    "up.yml: up: Up",
  ]);
  expect(
    jobs
      .filter(({ job }) => job.environment === "prod")
      .every(({ job }) => job.if === "github.ref == 'refs/heads/main'"),
  ).toBe(true);
  expect(githubWorkflows()["preview.yml"]?.on).toHaveProperty("pull_request");
});

test("what changes keys has one lock and is never cancelled; it takes main as it is then", () => {
  for (const [file, { concurrency }] of workflows)
    expect([file, concurrency["cancel-in-progress"]]).toEqual([file, false]);
  const groups = Object.fromEntries(workflows.map(([file, { concurrency }]) => [file, concurrency.group]));
  expect(groups["up.yml"]).toBe(groups["rotate.yml"]);
  expect(new Set(Object.values(groups)).size).toBe(3);
  for (const file of ["up.yml", "rotate.yml"]) {
    expect(pipelineText(`github/${file}`)).toContain("ref: main\n");
  }
  const gitlab = gitlabJobs();
  expect(gitlab[".up"]?.resource_group).toBe("zkscore-keys-prod");
  expect([gitlab["up"]?.extends, gitlab["rotate"]?.extends]).toEqual([".up", ".up"]);
  expect(pipelineText("gitlab-ci.yml")).toContain("on_new_commit: none");
});

test("a pipe hides no failure", () => {
  expect(workflows.map(([, { defaults }]) => defaults.run.shell)).toEqual(["bash", "bash", "bash", "bash"]);
});

test("on GitLab the same commands run", () => {
  const github = new Set(jobs.flatMap(({ job }) => commandsOf(job).flatMap(({ run }) => run.trim().split("\n"))));
  const gitlab = Object.values(gitlabJobs()).flatMap(({ script = [], after_script = [] }) => [
    ...script,
    ...after_script,
  ]);
  expect(gitlab.length).toBeGreaterThanOrEqual(7);
  const where = (command: string) => command.replace(/ (>|>>|\| tee -a) .*/, "");
  const known = new Set([...github].map(where));
  expect(gitlab.filter((command) => !github.has(command) && !known.has(where(command)))).toEqual([]);
});

/** Runs a script of examples/ci on files, as the pipelines do. */
function script(name: string, files: Record<string, string>): string {
  const folder = freshFolder();
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  const args = [
    "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON",
    join(packageRoot, "examples/ci", name),
    ...Object.keys(files),
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}
const comment = (preview: string) => script("comment.ts", { "preview.txt": preview });
const TYPE = "pulumi-nodejs:dynamic/zkscore:ApiKey";

function preview(said: readonly string[], rows: readonly string[] = []): string {
  const diagnostics = ["Diagnostics:", "  pulumi:pulumi:Stack (ci-prod):", ...said.map((line) => `    ${line}`), ""];
  return ["Previewing update (prod):", ...rows, ...diagnostics, "Resources:", "    ~ 1 to update", ""].join("\n");
}

test("a comment shows what widens first, then other changes, new keys and keys that leave", () => {
  const text = comment(
    preview(
      [
        "a: key key_1 will be changed in place: description changes",
        "b: key key_2 will be replaced: permissions widen: + all:all (unrestricted). More",
      ],
      [` +  ${TYPE} new one create`, ` -  ${TYPE} old delete`],
    ),
  );
  const order = [
    "[!WARNING]",
    "**b**",
    "**permissions widen: + all:all (unrestricted)**. More",
    "**a**",
    "**new one**: a new key",
    "**old**: leaves",
  ];
  const places = order.map((part) => text.indexOf(part));
  expect(places).not.toContain(-1);
  expect(places).toEqual([...places].sort((one, other) => one - other));
  expect(comment(preview(["a: key key_1 will be changed in place: description changes"]))).not.toContain("[!WARNING]");
});

test("a comment can't be broken out of, mentions nobody, and stays below what GitHub takes", () => {
  const text = comment(
    preview(["<img>@team*`x: key key_1 will be replaced: permissions widen: + a:b (c)", "error: ```", "````", "more"]),
  );
  expect(text).toContain("**\\<img\\>@<!-- -->team\\*\\`x**: key");
  expect(text).toMatch(/^`{5}text$/m);
  const many = Array.from(
    { length: 2_000 },
    (_, i) => `key${i}: key key_${i} will be replaced: permissions widen: + trust:read (é)`,
  );
  const rows = many.map((_, i) => ` +- ${TYPE} key${i} replace [diff: ~permissions]`);
  const long = comment(preview([...many, ...many.map((line) => `error: ${line}`)], rows));
  expect(Buffer.byteLength(long)).toBeLessThan(60_000);
  expect(long).toContain("more lines: see the job's log");
});

test("a preview that failed, or printed nothing, isn't called a success", () => {
  expect(comment("")).toContain("the preview failed");
  expect(comment(preview(["error: no such stack"]))).toContain("the preview failed");
});

test("an audit says what happened to each key, and nothing that is secret", () => {
  const CANARY = "zks_live_canary";
  const key = (name: string, outputs: object, more = {}) => ({
    urn: `urn:pulumi:prod::ci::${TYPE}::${name}`,
    type: TYPE,
    ...more,
    outputs: { apiKey: CANARY, webhooks: CANARY, internal: CANARY, ...outputs },
  });
  const state = (...resources: object[]) => JSON.stringify({ version: 3, deployment: { resources } });
  const text = script("audit.ts", {
    "before.json": state(
      key("gone", { keyId: "key_1" }),
      key("rotated", { keyId: "key_2", fingerprint: "f2" }),
      key("patched", { keyId: "key_3", description: "one" }),
      key("same", { keyId: "key_4" }),
      key("over", { keyId: "key_5", previous: [{ keyId: "key_0", revokeAfter: "2027-01-01T00:00:00Z" }] }),
    ),
    "after.json": state(
      key("rotated", {
        keyId: "key_6",
        fingerprint: "f6",
        previous: [{ keyId: "key_2", revokeAfter: "2027-01-03T00:00:00Z" }],
      }),
      key("rotated", { keyId: "key_2" }, { delete: true }),
      key("patched", { keyId: "key_3", description: "two" }),
      key("same", { keyId: "key_4" }),
      key("over", { keyId: "key_5", previous: [] }),
      key("new|one", { keyId: "key_7" }),
    ),
  });
  const rows = text
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| key |") && !line.startsWith("| --"));
  expect(rows).toEqual([
    "| gone | **removed**: `key_1` is no longer managed here | – | – | – | – | – |",
    "| new\\|one | **made** | `key_7` | – | – | – | – |",
    "| over | **revoked** `key_0`, retired earlier | `key_5` | – | – | – | – |",
    "| patched | **changed**: description | `key_3` | – | – | – | – |",
    "| rotated | **replaced** `key_2` | `key_6` | `f6` | `key_2` until 2027-01-03T00:00:00Z | – | – |",
  ]);
  expect(text).toContain("1 of 6 unchanged.");
  expect(text).not.toContain(CANARY);
});
