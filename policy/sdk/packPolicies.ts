import type { EnforcementLevel, ReportViolation, ResourceValidationArgs, StackValidationArgs } from "@pulumi/policy";
import type { Policy } from "../args.ts";
import { isDisguised } from "../key/disguise.ts";
import type { Rule } from "../rule.ts";
import { exemptionFindings } from "../rules/exemptionHygiene.ts";
import { EXEMPTIBLE, type RULES } from "../rules/index.ts";
import { environmentProblems, isContradicted } from "../settings/environment.ts";
import { loweringOf } from "../settings/exemptions.ts";
import type { SETTINGS } from "../settings/settings.ts";
import { Reporter } from "./report.ts";
import { exemptionRules, liveWanted, type Runtime, resolve } from "./runtime.ts";
import { stackOf } from "./subject.ts";
import { stepAside, toPolicy } from "./toPolicy.ts";

const ROOT = "pulumi:pulumi:Stack";

/** What both kinds of validation hand over and the settings are taken from. */
type Source = Pick<StackValidationArgs, "getConfig" | "stackTags">;

/**
 * Carries the settings. A policy sees its own configuration only, so this one stands first, is not bound to a type, and
 * hands its configuration to the others: the stack's root resource is analysed before any key. Disabled, nobody knows
 * the settings, and the others judge every stack as production.
 */
export function settingsPolicy(rule: Rule<typeof SETTINGS>, runtime: Runtime, level: EnforcementLevel): Policy {
  const take = ({ getConfig, stackTags }: Source, urn: string, report: ReportViolation) => {
    const { values, problems } = resolve(rule.parameters, getConfig());
    runtime.settings = values;
    runtime.configured = true;
    const reporter = new Reporter(rule, runtime, report);
    const wrong = [...problems, ...environmentProblems(values, stackTags)];
    if (wrong.length > 0) reporter.once(wrong.join("; "));
    const stack = stackOf(urn);
    const lowered = loweringOf(values.exemptions, stack, exemptionRules(runtime)) !== undefined;
    if (!lowered && isContradicted(values, stackTags, stack)) reporter.onceAdvisory(CONTRADICTED);
  };
  const notice = (resource: Pick<ResourceValidationArgs, "type" | "props" | "urn">) => {
    if (isDisguised(resource)) runtime.disguised.add(resource.urn);
  };
  const validateResource = (args: ResourceValidationArgs, report: ReportViolation) => {
    if (args.type === ROOT) for (const seen of [runtime.told, runtime.used, runtime.disguised]) seen.clear(); // a new run
    if (!runtime.configured || args.type === ROOT) take(args, args.urn, report);
    notice(args);
  };
  // Only where no resource was judged by itself before.
  const validateStack = (args: StackValidationArgs, report: ReportViolation) =>
    take(args, args.resources[0]?.urn ?? "", report);
  const policy: Policy = { ...toPolicy(rule, runtime, level), validateResource };
  return stepAside({ ...policy, validateStack }, () => runtime.configured, ["validateStack"]);
}

const CONTRADICTED =
  "the configuration or the stack's tag names another environment, but something else says production: production's " +
  "rules hold. An exemption of `pack-settings` with the urn `urn:pulumi:STACK::*` lets the first that speaks decide";

const LIVE = EXEMPTIBLE.filter(({ liveResource, liveStack }) => (liveResource ?? liveStack) !== undefined).map(
  ({ id }) => id,
);

/** Judges the exemptions themselves, whether or not the stack has a key. Nothing can be exempted from it. */
export function exemptionPolicy(
  rule: typeof RULES.exemptionHygiene,
  runtime: Runtime,
  level: EnforcementLevel,
): Policy {
  const take = (args: Pick<Source, "getConfig">) => {
    const { values, problems } = resolve(rule.parameters, args.getConfig());
    runtime.exemptionDays = values.maxDays;
    return problems;
  };
  // The limit is needed from the first key on; what is wrong with it is told at the end.
  const validateResource = (args: ResourceValidationArgs) => {
    if (args.type === ROOT) take(args);
  };
  const validateStack = (args: StackValidationArgs, report: ReportViolation) => {
    const reporter = new Reporter(rule, runtime, report);
    const problems = take(args);
    if (problems.length > 0) reporter.once(problems.join("; "));
    const findings = exemptionFindings({
      exemptions: runtime.settings.exemptions,
      used: runtime.used,
      ...exemptionRules(runtime),
      silent: liveWanted(runtime) ? [] : LIVE,
      urns: args.resources.map(({ urn }) => urn),
    });
    for (const finding of findings) reporter.packFinding(finding);
  };
  const policy: Policy = { ...toPolicy(rule, runtime, level), validateResource, validateStack };
  return stepAside(policy, () => runtime.configured && runtime.settings.exemptions.length === 0);
}
