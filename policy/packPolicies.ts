import type { EnforcementLevel, ReportViolation, StackValidationArgs } from "@pulumi/policy";
import type { Policy } from "./args.ts";
import type { Definition } from "./definition.ts";
import { DEFINITIONS } from "./definitions.ts";
import { Reporter } from "./report.ts";
import { exemptionFindings } from "./rules/exemptionHygiene.ts";
import { liveWanted, type Runtime, resolve } from "./runtime.ts";
import type { SETTINGS } from "./settings.ts";
import { stepAside, toPolicy } from "./toPolicy.ts";

/**
 * Carries the settings. A policy sees its own configuration only, so this one stands first, is not bound to a type, and
 * hands its configuration to the others: the stack's root resource is analysed before any key. Disabled, the defaults hold.
 */
export function settingsPolicy(
  definition: Definition<typeof SETTINGS>,
  runtime: Runtime,
  level: EnforcementLevel,
): Policy {
  const take = (args: { getConfig<T extends object>(): T }, report: ReportViolation) => {
    const { values, problems } = resolve(definition.parameters, args.getConfig());
    runtime.settings = values;
    runtime.configured = true;
    if (problems.length > 0) new Reporter(definition, runtime, report).once(problems.join("; "));
  };
  return { ...toPolicy(definition, runtime, level), validateResource: take };
}

const EXEMPTIBLE = Object.values<Definition>(DEFINITIONS).filter(
  ({ id }) => !["pack-settings", "exemption-hygiene"].includes(id),
);
const LIVE = EXEMPTIBLE.filter(({ liveResource, liveStack }) => (liveResource ?? liveStack) !== undefined).map(
  ({ id }) => id,
);

/** Judges the exemptions themselves, whether or not the stack has a key. Nothing can be exempted from it. */
export function exemptionPolicy(
  definition: typeof DEFINITIONS.exemptionHygiene,
  runtime: Runtime,
  level: EnforcementLevel,
): Policy {
  const validateStack = (args: StackValidationArgs, report: ReportViolation) => {
    const { values, problems } = resolve(definition.parameters, args.getConfig());
    const reporter = new Reporter(definition, runtime, report);
    if (problems.length > 0) reporter.once(problems.join("; "));
    const findings = exemptionFindings({
      exemptions: runtime.settings.exemptions,
      used: runtime.used,
      policyIds: EXEMPTIBLE.map(({ id }) => id),
      silent: liveWanted(runtime) ? [] : LIVE,
      urns: args.resources.map(({ urn }) => urn),
      now: runtime.host.now(),
      maxDays: values.maxDays,
    });
    for (const finding of findings) reporter.packFinding(finding);
  };
  const policy: Policy = { ...toPolicy(definition, runtime, level), validateStack };
  return stepAside(policy, () => runtime.configured && runtime.settings.exemptions.length === 0);
}
