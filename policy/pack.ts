import type { Policy, ZkscoreGuardArgs } from "./args.ts";
import type { Definition } from "./rule.ts";
import { DEFINITIONS, POLICY_NAMES, type PolicyName } from "./rules/index.ts";
import type { Host } from "./sdk/host.ts";
import { exemptionPolicy, settingsPolicy } from "./sdk/packPolicies.ts";
import type { Parameters } from "./settings/parameters.ts";
import { createRuntime, type Runtime, resolve } from "./sdk/runtime.ts";
import { assertMatches } from "./sdk/selfTest.ts";
import { toPolicy } from "./sdk/toPolicy.ts";

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
  const level = enforcementLevel ?? args.all ?? DEFINITIONS[name].level;
  if (name === "packSettings") {
    const definition = withDefaults(DEFINITIONS.packSettings, parameters);
    runtime.settings = resolve(definition.parameters, {}).values;
    return settingsPolicy(definition, runtime, level);
  }
  if (name === "exemptionHygiene") {
    const definition = withDefaults(DEFINITIONS.exemptionHygiene, parameters);
    runtime.exemptionDays = definition.parameters.maxDays.default;
    return exemptionPolicy(definition, runtime, level);
  }
  return toPolicy(withDefaults<Parameters>(DEFINITIONS[name], parameters), runtime, level);
}

/** The definition with other defaults. A name or value that doesn't fit stops the pack: better than a rule that is off. */
function withDefaults<P extends Parameters>(
  definition: Definition<P>,
  given: Readonly<Record<string, unknown>>,
): Definition<P> {
  const { problems } = resolve(definition.parameters, given);
  if (problems.length > 0) throw new Error(`ZkscoreGuard, ${definition.id}: ${problems.join("; ")}`);
  const parameters = Object.fromEntries(
    Object.entries(definition.parameters).map(([name, parameter]) => {
      const preset = given[name] ?? parameter.default;
      return [name, { ...parameter, default: preset, schema: { ...parameter.schema, default: preset } }];
    }),
  );
  // The same names with the same checks, which the given values have just passed.
  return { ...definition, parameters: parameters as unknown as P };
}
