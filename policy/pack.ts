import type { Policy, ZkscoreGuardArgs } from "./args.ts";
import type { Rule } from "./rule.ts";
import { POLICY_NAMES, type PolicyName, RULES } from "./rules/index.ts";
import type { Host } from "./sdk/host.ts";
import { exemptionPolicy, settingsPolicy } from "./sdk/packPolicies.ts";
import { createRuntime, type Runtime, resolve } from "./sdk/runtime.ts";
import { assertMatches } from "./sdk/selfTest.ts";
import { toPolicy } from "./sdk/toPolicy.ts";
import type { Parameters } from "./settings/parameters.ts";

/** The policies of one pack, which share one set of settings. */
export function policiesOf(args: ZkscoreGuardArgs, host: Host): Policy[] {
  const runtime = createRuntime(host);
  const policies = POLICY_NAMES.map((name) => make(name, args, runtime));
  assertMatches(policies);
  return policies;
}

function make(name: PolicyName, args: ZkscoreGuardArgs, runtime: Runtime): Policy {
  const given = args[name];
  const { enforcementLevel, ...parameters } = typeof given === "string" ? { enforcementLevel: given } : (given ?? {});
  const level = enforcementLevel ?? args.all ?? RULES[name].level;
  if (name === "packSettings") {
    const rule = withDefaults(RULES.packSettings, parameters);
    runtime.settings = resolve(rule.parameters, {}).values;
    return settingsPolicy(rule, runtime, level);
  }
  if (name === "exemptionHygiene") {
    const rule = withDefaults(RULES.exemptionHygiene, parameters);
    runtime.exemptionDays = rule.parameters.maxDays.default;
    return exemptionPolicy(rule, runtime, level);
  }
  return toPolicy(withDefaults<Parameters>(RULES[name], parameters), runtime, level);
}

/** The rule with other defaults. A name or value that doesn't fit stops the pack: better than a rule that is off. */
function withDefaults<P extends Parameters>(rule: Rule<P>, given: Readonly<Record<string, unknown>>): Rule<P> {
  const { problems } = resolve(rule.parameters, given);
  if (problems.length > 0) throw new Error(`ZkscoreGuard, ${rule.id}: ${problems.join("; ")}`);
  const parameters = Object.fromEntries(
    Object.entries(rule.parameters).map(([name, parameter]) => {
      const preset = given[name] ?? parameter.default;
      return [name, { ...parameter, default: preset, schema: { ...parameter.schema, default: preset } }];
    }),
  );
  // The same names with the same checks, which the given values have just passed.
  return { ...rule, parameters: parameters as unknown as P };
}
