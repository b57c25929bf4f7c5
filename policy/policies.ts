import { type EnforcementLevel, PolicyPack, type PolicyPackArgs } from "@pulumi/policy";
import type { Definition } from "./definition.ts";
import { DEFINITIONS, POLICY_NAMES, type PolicyName } from "./definitions.ts";
import { type Host, systemHost } from "./host.ts";
import { exemptionPolicy, settingsPolicy } from "./packPolicies.ts";
import type { Parameters, Values } from "./parameters.ts";
import { createRuntime, type Runtime, resolve } from "./runtime.ts";
import { assertMatches } from "./selfTest.ts";
import { type Policy, toPolicy } from "./toPolicy.ts";

type ParametersOf<N extends PolicyName> = (typeof DEFINITIONS)[N]["parameters"];

/** A policy's level, or its parameters, or both. What is left out keeps its default. */
export type PolicyArgs<P extends Parameters> =
  | EnforcementLevel
  | (Partial<Values<P>> & { readonly enforcementLevel?: EnforcementLevel });

/** Arguments of the pack: a level for all, and each policy by its name in code (`expiryHorizon`). */
export type ZkscoreGuardArgs = { readonly all?: EnforcementLevel } & {
  readonly [N in PolicyName]?: PolicyArgs<ParametersOf<N>>;
};

/**
 * The policies, for a pack of one's own: `new PolicyPack("acme", { policies: [...zkscorePolicies({ … }), …] })`.
 * What is given becomes each policy's default; `--policy-pack-config` still comes on top. They share one set of settings,
 * so take them from one call, and keep `pack-settings` first.
 */
export function zkscorePolicies(args: ZkscoreGuardArgs = {}, host: Host = systemHost()): Policy[] {
  const runtime = createRuntime(host);
  const policies = POLICY_NAMES.map((name) => make(name, args, runtime));
  assertMatches(policies);
  return policies;
}

/** The whole pack in one line: `new ZkscoreGuard({ all: "mandatory", expiryHorizon: { maxDays: 30 } })`. */
export class ZkscoreGuard extends PolicyPack {
  /** Starts the pack's server: construct one, in the pack's own entry file. */
  constructor(args: ZkscoreGuardArgs = {}, more: Partial<PolicyPackArgs> = {}) {
    super("pulumi-zkscore", {
      description: "Refuses dangerous ZKScore API keys before they exist.",
      displayName: "ZKScore keys",
      ...more,
      policies: [...zkscorePolicies(args), ...(more.policies ?? [])],
    });
  }
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
  if (name === "exemptionHygiene")
    return exemptionPolicy(withDefaults(DEFINITIONS.exemptionHygiene, parameters), runtime, level);
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
