import type { ReportViolation, StackValidationArgs } from "@pulumi/policy";
import { isDisguised } from "../key/disguise.ts";
import { NotEvaluated } from "../live/account.ts";
import type { Finding, Rule, Subject } from "../rule.ts";
import type { Parameters, Values } from "../settings/parameters.ts";
import { asPlace, Reporter } from "./report.ts";
import { liveWanted, type Runtime, resolve } from "./runtime.ts";
import { type Source, subjectOf } from "./subject.ts";

/** What is judged: one resource before it is made or changed, or all of a stack. */
export interface Judged extends Pick<StackValidationArgs, "getConfig" | "stackTags"> {
  readonly kind: "resource" | "stack";
  readonly resources: readonly Source[];
}

/** Tells Pulumi what a rule finds. Never throws. */
export async function judge(rule: Rule, runtime: Runtime, judged: Judged, report: ReportViolation): Promise<void> {
  const { kind, resources, stackTags } = judged;
  const reporter = new Reporter(rule, runtime, report);
  reporter.unsettled();
  for (const resource of resources) if (isDisguised(resource)) runtime.disguised.add(resource.urn);
  await guarded(reporter, async () => {
    const params = configured(rule, runtime, judged, reporter);
    const subjects = resources.map((resource) => subjectOf(rule, runtime, resource, stackTags, params));
    for await (const finding of findings(rule, runtime, kind, subjects)) {
      const subject = subjects.find(({ urn }) => urn === finding.urn) ?? subjects[0];
      if (subject !== undefined) reporter.finding(finding, asPlace(subject));
    }
    if (kind === "resource" && (rule.resource !== undefined || liveWanted(runtime))) {
      for (const subject of subjects) nameUnknown(rule, reporter, subject);
    }
  });
}

/** What a rule finds at each resource, or in the stack as a whole. The account is asked last. */
async function* findings(
  rule: Rule,
  runtime: Runtime,
  kind: Judged["kind"],
  subjects: readonly Subject[],
): AsyncGenerator<Finding> {
  const account = liveWanted(runtime) ? runtime.account : undefined;
  if (kind === "stack") {
    yield* rule.stack?.(subjects) ?? [];
    if (account !== undefined) yield* (await rule.liveStack?.(subjects, account)) ?? [];
    return;
  }
  for (const subject of subjects) {
    yield* rule.resource?.(subject) ?? [];
    if (account !== undefined) yield* (await rule.liveResource?.(subject, account)) ?? [];
  }
}

/** Runs a judgement; whatever it throws becomes a report. A live check that can't know never blocks, a defect does. */
async function guarded(reporter: Reporter, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (error instanceof NotEvaluated) reporter.onceAdvisory(`not evaluated: ${error.message}`);
    // The name only: a message may quote the value it stumbled over.
    else reporter.defect(error instanceof Error ? error.name : "unknown failure");
  }
}

/** The parameters in force; what is wrong with the configuration is told once. */
function configured<P extends Parameters>(
  rule: Rule<P>,
  { host }: Runtime,
  { getConfig }: Pick<Judged, "getConfig">,
  reporter: Reporter,
): Values<P> {
  const { values, problems: misfits } = resolve(rule.parameters, getConfig());
  const problems = [...misfits, ...(rule.problems?.(values, host.now()) ?? [])];
  if (problems.length > 0) reporter.once(`configuration of ${rule.id}: ${problems.join("; ")}`);
  return values;
}

/** Says which of the fields that a rule reads isn't known, so that silence isn't taken for consent. */
function nameUnknown(rule: Rule, reporter: Reporter, { key, urn }: Subject): void {
  const unknown = [...key.unknown].filter((path) => rule.reads.some((field) => concerns(path, field)));
  if (unknown.length === 0) return;
  reporter.advisory(
    `not judged: ${unknown.join(", ")}. Not known here: an output that a preview can't know, which \`pulumi up\` checks ` +
      "before the key is made, or a secret of a state file that couldn't be decrypted.",
    urn,
  );
}

/** True if a path and a field the rule reads are the same, or one lies in the other. */
function concerns(path: string, field: string): boolean {
  const plain = path.replace(/\[\d+\]/g, "[]");
  const inside = (inner: string, outer: string) => inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);
  return plain === field || inside(plain, field) || inside(field, plain);
}
