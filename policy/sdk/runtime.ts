import { type Account, openAccount } from "../live/account.ts";
import { EXEMPTIBLE, RULES } from "../rules/index.ts";
import {
  detectEnvironment,
  type Environment,
  type EnvironmentWords,
  isContradicted,
  wordsOf,
} from "../settings/environment.ts";
import { type Exemption, type ExemptionRules, loweringOf } from "../settings/exemptions.ts";
import { isRecord, type Parameters, type Values } from "../settings/parameters.ts";
import { SETTINGS, type Settings } from "../settings/settings.ts";
import type { Host } from "./host.ts";

/** What the policies of one pack share: settings, the account, and what happened so far. One per pack, never global. */
export interface Runtime {
  readonly host: Host;
  readonly account: Account;
  settings: Settings;
  /**
   * True once `pack-settings` has run and the engine's configuration has been seen: then a policy that has nothing to do
   * steps aside. Until then (it is disabled, or doesn't stand first) the strictest rules hold.
   */
  configured: boolean;
  /** How far ahead an exemption may end, in days: the parameter of `exemption-hygiene`. */
  exemptionDays: number;
  /** URNs of keys under another type than ours. From the first on, every policy looks at resources of every type. */
  readonly disguised: Set<string>;
  /** The surroundings that were asked for last, and of what. */
  last: { readonly key: readonly unknown[]; readonly surroundings: Surroundings } | undefined;
  /** Exemptions that let a finding pass in this run. */
  readonly used: Set<Exemption>;
  /** Configuration problems already told: one message for a whole stack. */
  readonly told: Set<string>;
}

export function createRuntime(host: Host): Runtime {
  const runtime: Runtime = {
    host,
    account: openAccount(
      () => host.openApi(),
      () => runtime.settings.liveTimeoutSeconds * 1000,
    ),
    settings: defaultsOf(SETTINGS),
    configured: false,
    exemptionDays: RULES.exemptionHygiene.parameters.maxDays.default,
    disguised: new Set(),
    last: undefined,
    used: new Set(),
    told: new Set(),
  };
  return runtime;
}

/** Live checks ask the account only when somebody asked for them. */
export function liveWanted(runtime: Runtime): boolean {
  return runtime.settings.live || isOn(runtime.host.env["ZKSCORE_POLICY_LIVE"]);
}

/** How people switch a variable off, in any spelling; whatever else is in it switches it on. */
export function isOn(variable: string | undefined): boolean {
  return !["", "0", "false", "no", "off"].includes(variable?.trim().toLowerCase() ?? "");
}

/** What is the same for every key of a stack: its environment, and the words by which a key says one. */
export interface Surroundings {
  readonly environment: Environment;
  readonly words: EnvironmentWords;
}

/** The surroundings of a stack. Asked for each key by each policy, and worked out once. */
export function surroundingsOf(runtime: Runtime, tags: ReadonlyMap<string, string>, stack: string): Surroundings {
  const { settings, configured, last } = runtime;
  const key = [settings, configured, tags, stack];
  if (last?.key.every((part, index) => part === key[index])) return last.surroundings;
  const surroundings = { environment: environmentOf(runtime, tags, stack), words: wordsOf(settings) };
  runtime.last = { key, surroundings };
  return surroundings;
}

/** Lowered where an exemption says so; production while nobody can say. */
function environmentOf(runtime: Runtime, tags: ReadonlyMap<string, string>, stack: string): Environment {
  const { settings, configured, used } = runtime;
  if (!configured) return { name: "production", production: true, source: "default" };
  const lowering = loweringOf(settings.exemptions, stack, exemptionRules(runtime));
  if (lowering !== undefined && isContradicted(settings, tags, stack)) used.add(lowering);
  return detectEnvironment(settings, tags, stack, lowering !== undefined);
}

export function exemptionRules({ host, exemptionDays }: Runtime): ExemptionRules {
  return { policyIds: EXEMPTIBLE.map(({ id }) => id), now: host.now(), maxDays: exemptionDays };
}

export function defaultsOf<P extends Parameters>(parameters: P): Values<P> {
  return resolve(parameters, {}).values;
}

/**
 * The values of a policy's parameters: what was configured, else the default. The CLI checks values against the schema
 * but lets an unknown name pass, and outside the CLI nothing is checked: such problems come back in words, by name.
 */
export function resolve<P extends Parameters>(
  parameters: P,
  given: unknown,
): { values: Values<P>; problems: readonly string[] } {
  const config = isRecord(given) ? given : {};
  const names = Object.keys(parameters);
  const problems = Object.keys(config)
    .filter((name) => !names.includes(name))
    .map((name) => `parameter \`${name}\` doesn't exist; there are: ${names.join(", ") || "none"}`);
  const entries = Object.entries(parameters).map(([name, parameter]): [string, unknown] => {
    const value = config[name];
    if (value === undefined) return [name, parameter.default];
    if (parameter.accepts(value)) return [name, value];
    problems.push(`parameter \`${name}\` has a value it can't have; ${parameter.schema.description ?? ""}`);
    return [name, parameter.default];
  });
  // Each entry was made from the parameter of the same name; TypeScript can't follow that through `fromEntries`.
  return { values: Object.fromEntries(entries) as Values<P>, problems };
}
