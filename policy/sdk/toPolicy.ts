import {
  type EnforcementLevel,
  type PolicyResourceOptions,
  type ReportViolation,
  type ResourceValidation,
  type ResourceValidationArgs,
  remediateResourceOfType,
  type StackValidation,
  type StackValidationArgs,
  validateResourceOfType,
  validateStackResourcesOfType,
} from "@pulumi/policy";
import { ApiKey } from "../../provider/resources/apiKey.ts";
import { NotEvaluated } from "../live/account.ts";
import type { Policy } from "../args.ts";
import type { Definition, Finding, Subject } from "../rule.ts";
import { isDisguised, isKey } from "../key/disguise.ts";
import type { Parameters, Values } from "../settings/parameters.ts";
import { asPlace, Reporter } from "./report.ts";
import { isOn, liveWanted, type Runtime, resolve, surroundingsOf } from "./runtime.ts";
import { readKey } from "../key/view.ts";

/** The parts of the SDK's arguments that a subject is made of; a resource's and a stack member's are the same. */
interface Source {
  readonly props: unknown;
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly opts: PolicyResourceOptions;
}

/**
 * A definition as Pulumi takes it. Nothing in here throws: the SDK answers one throwing policy with an error for the
 * whole pack, and every other finding of that resource is lost.
 */
export function toPolicy(definition: Definition, runtime: Runtime, level: EnforcementLevel): Policy {
  const policy: Policy = {
    name: definition.id,
    displayName: definition.title,
    description: definition.rule,
    enforcementLevel: level,
    severity: definition.severity,
    framework: { ...definition.references[0] },
    tags: ["zkscore", "api-key"],
    remediationSteps: definition.remediation.map((step, index) => `${index + 1}. ${step}`).join("\n"),
    configSchema: {
      properties: Object.fromEntries(Object.entries(definition.parameters).map(([name, p]) => [name, p.schema])),
    },
  };
  if (definition.resource !== undefined || definition.liveResource !== undefined) {
    const judge: ResourceValidation = (args, report) => judgeResource(definition, runtime, args, report);
    const ofOurType = validateResourceOfType(ApiKey, (_props, args, report) => judge(args, report));
    const ofAnyType: ResourceValidation = (args, report) => (isKey(args) ? judge(args, report) : undefined);
    choose(policy, "validateResource", () => (looksEverywhere(definition, runtime) ? ofAnyType : ofOurType));
  }
  if (definition.stack !== undefined || definition.liveStack !== undefined) {
    const judge: StackValidation = (args, report) => judgeStack(definition, runtime, args, report);
    const ofOurType = validateStackResourcesOfType(ApiKey, (_props, args, report) => judge(args, report));
    const ofAnyType: StackValidation = (args, report) =>
      judge({ ...args, resources: args.resources.filter(isKey) }, report);
    choose(policy, "validateStack", () => (looksEverywhere(definition, runtime) ? ofAnyType : ofOurType));
  }
  const remediate = definition.remediate?.bind(definition);
  if (remediate !== undefined) {
    policy.remediateResource = remediateResourceOfType(ApiKey, (_props, args) => {
      try {
        const params = resolve(definition.parameters, args.getConfig()).values;
        return remediate(subjectOf(definition, runtime, args, args.stackTags, params), args.props)
          ? args.props
          : undefined;
      } catch {
        return undefined; // the violation stays and is reported: an unfixed key is refused, not let through
      }
    });
  }
  const onlyLive = definition.resource === undefined && definition.stack === undefined;
  return onlyLive ? stepAside(policy, () => runtime.configured && !liveWanted(runtime)) : policy;
}

/**
 * True where a rule can't leave it to the SDK to pick resources by their type. It would decode every resource of the
 * stack for every rule, so all but one do this only once a key under another type was seen in the run: by
 * `pack-settings` or `no-disguised-key`, which come before them for each resource.
 */
function looksEverywhere({ anyType }: Definition, { disguised }: Runtime): boolean {
  return anyType === true || disguised.size > 0;
}

/** Has a policy's function looked up each time the SDK asks for it. */
function choose<N extends "validateResource" | "validateStack">(policy: Policy, name: N, get: () => Policy[N]): void {
  Object.defineProperty(policy, name, { enumerable: true, configurable: true, get });
}

/**
 * Hides a policy's functions while it has nothing to do. The SDK decodes every resource of a stack for every policy
 * that has one, before the policy can say that it isn't interested.
 */
export function stepAside(
  policy: Policy,
  idle: () => boolean,
  names: readonly ("validateResource" | "validateStack")[] = ["validateResource", "validateStack"],
): Policy {
  for (const name of names) {
    const own = Object.getOwnPropertyDescriptor(policy, name);
    if (own === undefined) continue;
    const shown = () => own.get?.call(policy) ?? own.value;
    choose(policy, name, () => (idle() ? undefined : shown()));
  }
  return policy;
}

async function judgeResource(
  definition: Definition,
  runtime: Runtime,
  args: ResourceValidationArgs,
  report: ReportViolation,
): Promise<void> {
  const reporter = new Reporter(definition, runtime, report);
  reporter.unsettled();
  if (isDisguised(args)) runtime.disguised.add(args.urn);
  await guarded(reporter, async () => {
    const params = configured(definition, runtime, args, reporter);
    const subject = subjectOf(definition, runtime, args, args.stackTags, params);
    for (const finding of definition.resource?.(subject) ?? []) reporter.finding(finding, asPlace(subject));
    if (definition.liveResource !== undefined && liveWanted(runtime)) {
      for (const finding of await definition.liveResource(subject, runtime.account)) {
        reporter.finding(finding, asPlace(subject));
      }
    }
    const unknown = [...subject.key.unknown].filter((path) => definition.reads.some((field) => concerns(path, field)));
    if (unknown.length > 0 && (definition.resource !== undefined || liveWanted(runtime))) {
      reporter.advisory(
        `not judged: ${unknown.join(", ")}. Not known here: an output that a preview can't know, which \`pulumi up\` checks ` +
          "before the key is made, or a secret of a state file that couldn't be decrypted.",
        args.urn,
      );
    }
  });
}

async function judgeStack(
  definition: Definition,
  runtime: Runtime,
  args: StackValidationArgs,
  report: ReportViolation,
): Promise<void> {
  const reporter = new Reporter(definition, runtime, report);
  reporter.unsettled();
  // What was judged as a resource under another type isn't named a second time.
  const known = new Set(definition.anyType === true ? runtime.disguised : []);
  for (const resource of args.resources) if (isDisguised(resource)) runtime.disguised.add(resource.urn);
  await guarded(reporter, async () => {
    const params = configured(definition, runtime, args, reporter);
    const resources = args.resources.filter(({ urn }) => !known.has(urn));
    const subjects = resources.map((resource) => subjectOf(definition, runtime, resource, args.stackTags, params));
    const findings: Finding[] = [...(definition.stack?.(subjects) ?? [])];
    if (definition.liveStack !== undefined && liveWanted(runtime)) {
      findings.push(...(await definition.liveStack(subjects, runtime.account)));
    }
    for (const finding of findings) {
      const subject = subjects.find(({ urn }) => urn === finding.urn) ?? subjects[0];
      if (subject !== undefined) reporter.finding(finding, asPlace(subject));
    }
  });
}

/** Runs a judgement; whatever it throws becomes a report. A live check that can't know never blocks, a defect does. */
async function guarded(reporter: Reporter, judge: () => Promise<void>): Promise<void> {
  try {
    await judge();
  } catch (error) {
    if (error instanceof NotEvaluated) reporter.onceAdvisory(`not evaluated: ${error.message}`);
    // The name only: a message may quote the value it stumbled over.
    else reporter.defect(error instanceof Error ? error.name : "unknown failure");
  }
}

/** The parameters in force; what is wrong with the configuration is told once. */
function configured<P extends Parameters>(
  definition: Definition<P>,
  { host }: Runtime,
  { getConfig }: Pick<ResourceValidationArgs, "getConfig">,
  reporter: Reporter,
): Values<P> {
  const { values, problems: misfits } = resolve(definition.parameters, getConfig());
  const problems = [...misfits, ...(definition.problems?.(values, host.now()) ?? [])];
  if (problems.length > 0) reporter.once(`configuration of ${definition.id}: ${problems.join("; ")}`);
  return values;
}

function subjectOf<P extends Parameters>(
  definition: Definition<P>,
  runtime: Runtime,
  source: Source,
  stackTags: ReadonlyMap<string, string>,
  params: Values<P>,
): Subject<P> {
  const { host } = runtime;
  const stack = stackOf(source.urn);
  const { environment, words } = surroundingsOf(runtime, stackTags, stack);
  const fromState = host.isStateFile(stackTags);
  return {
    key: readKey(source.props, [...definition.reads, ...(definition.alsoReads ?? [])], fromState),
    urn: source.urn,
    type: source.type,
    fromState,
    name: source.name,
    stack,
    options: {
      protect: source.opts.protect,
      ignoreChanges: source.opts.ignoreChanges,
      additionalSecretOutputs: source.opts.additionalSecretOutputs,
    },
    environment,
    environmentWords: words,
    tags: stackTags,
    params,
    now: host.now(),
    ci: isOn(host.env["CI"]),
    plan: host.env["ZKSCORE_PLAN"],
  };
}

/** True if a path and a field the rule reads are the same, or one lies in the other. */
function concerns(path: string, field: string): boolean {
  const plain = path.replace(/\[\d+\]/g, "[]");
  const inside = (inner: string, outer: string) => inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);
  return plain === field || inside(plain, field) || inside(field, plain);
}

/** `urn:pulumi:STACK::PROJECT::TYPE::NAME` */
export function stackOf(urn: string): string {
  return urn.split("::")[0]?.slice("urn:pulumi:".length) ?? "";
}
