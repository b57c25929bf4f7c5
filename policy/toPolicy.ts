import {
  type EnforcementLevel,
  type PolicyResourceOptions,
  type ReportViolation,
  type ResourceValidationArgs,
  remediateResourceOfType,
  type StackValidationArgs,
  validateResourceOfType,
  validateStackResourcesOfType,
} from "@pulumi/policy";
import { ApiKey } from "../provider/resources/apiKey.ts";
import { NotEvaluated } from "./account.ts";
import type { Policy } from "./args.ts";
import type { Definition, Finding, Subject } from "./definition.ts";
import { detectEnvironment } from "./environment.ts";
import type { Parameters, Values } from "./parameters.ts";
import { asPlace, Reporter } from "./report.ts";
import { liveWanted, type Runtime, resolve } from "./runtime.ts";
import { readKey } from "./view.ts";

/** The parts of the SDK's arguments that a subject is made of; a resource's and a stack member's are the same. */
interface Source {
  readonly props: unknown;
  readonly urn: string;
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
    policy.validateResource = validateResourceOfType(ApiKey, (_props, args, report) =>
      judgeResource(definition, runtime, args, report),
    );
  }
  if (definition.stack !== undefined || definition.liveStack !== undefined) {
    policy.validateStack = validateStackResourcesOfType(ApiKey, (_props, args, report) =>
      judgeStack(definition, runtime, args, report),
    );
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
 * Hides a policy's functions while it has nothing to do. The SDK decodes every resource of a stack for every policy
 * that has one, before the policy can say that it isn't interested.
 */
export function stepAside(policy: Policy, idle: () => boolean): Policy {
  for (const name of ["validateResource", "validateStack"] as const) {
    const validate = policy[name];
    if (validate === undefined) continue;
    Object.defineProperty(policy, name, { enumerable: true, get: () => (idle() ? undefined : validate) });
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
  await guarded(reporter, async () => {
    const params = configured(definition, args, reporter);
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
  await guarded(reporter, async () => {
    const params = configured(definition, args, reporter);
    const subjects = args.resources.map((resource) => subjectOf(definition, runtime, resource, args.stackTags, params));
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
  { getConfig }: Pick<ResourceValidationArgs, "getConfig">,
  reporter: Reporter,
): Values<P> {
  const { values, problems } = resolve(definition.parameters, getConfig());
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
  const { settings, host } = runtime;
  const stack = stackOf(source.urn);
  return {
    key: readKey(source.props, definition.reads),
    urn: source.urn,
    name: source.name,
    stack,
    options: {
      protect: source.opts.protect,
      ignoreChanges: source.opts.ignoreChanges,
      additionalSecretOutputs: source.opts.additionalSecretOutputs,
    },
    environment: detectEnvironment(settings, stackTags, stack),
    environmentWords: settings.environmentWords,
    tags: stackTags,
    params,
    now: host.now(),
    ci: !["", "0", "false", undefined].includes(host.env["CI"]),
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
