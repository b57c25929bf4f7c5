import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { packageRoot } from "../../tools/root.ts";

// The pipelines of examples/ci as their files say. A border: files of this repository, whose shape actionlint and the tests look at.

export interface Step {
  name?: string;
  id?: string;
  if?: string;
  uses?: string;
  with?: Record<string, unknown>;
  run?: string;
  env?: Record<string, string>;
}
export interface Job {
  if?: string;
  environment?: string;
  permissions?: Record<string, string>;
  "timeout-minutes"?: number;
  steps: Step[];
}
export interface Workflow {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  concurrency: { group: string; "cancel-in-progress": boolean };
  defaults: { run: { shell: string } };
  jobs: Record<string, Job>;
}
export interface GitlabJob {
  environment?: { name: string; action?: string };
  resource_group?: string;
  extends?: string;
  script?: string[];
  after_script?: string[];
}

const folder = join(packageRoot, "examples", "ci");

/** Text of a file of examples/ci. */
export function pipelineText(file: string): string {
  return readFileSync(join(folder, file), "utf8");
}

/** The workflows for GitHub, by file name. */
export function githubWorkflows(): Record<string, Workflow> {
  const files = readdirSync(join(folder, "github"));
  return Object.fromEntries(files.map((file) => [file, parse(pipelineText(`github/${file}`)) as Workflow]));
}

/** The jobs for GitLab, by name. */
export function gitlabJobs(): Record<string, GitlabJob> {
  const all = parse(pipelineText("gitlab-ci.yml")) as Record<string, GitlabJob>;
  return Object.fromEntries(Object.entries(all).filter(([name]) => name !== "workflow" && name !== "default"));
}

/** The steps of a job that run a command, without the one that installs. */
export function commandsOf(job: Job): (Step & { run: string })[] {
  return job.steps.flatMap((step) =>
    step.run === undefined || step.run === "npm ci" ? [] : [{ ...step, run: step.run }],
  );
}
