import {
  type EnforcementLevel,
  type ResourceValidation,
  remediateResourceOfType,
  type StackValidation,
  validateResourceOfType,
  validateStackResourcesOfType,
} from "@pulumi/policy";
import { ApiKey } from "../../provider/resources/apiKey.ts";
import type { Policy } from "../args.ts";
import { isKey } from "../key/disguise.ts";
import type { Rule } from "../rule.ts";
import { judge } from "./judge.ts";
import { liveWanted, type Runtime, resolve } from "./runtime.ts";
import { subjectOf } from "./subject.ts";

/**
 * A rule as Pulumi takes it. Nothing in here throws: the SDK answers one throwing policy with an error for the whole
 * pack, and every other finding of that resource is lost.
 */
export function toPolicy(rule: Rule, runtime: Runtime, level: EnforcementLevel): Policy {
  const policy: Policy = {
    name: rule.id,
    displayName: rule.title,
    description: rule.description,
    enforcementLevel: level,
    severity: rule.severity,
    framework: { ...rule.references[0] },
    tags: ["zkscore", "api-key"],
    remediationSteps: rule.remediation.map((step, index) => `${index + 1}. ${step}`).join("\n"),
    configSchema: {
      properties: Object.fromEntries(Object.entries(rule.parameters).map(([name, p]) => [name, p.schema])),
    },
  };
  if (rule.resource !== undefined || rule.liveResource !== undefined) {
    const validate: ResourceValidation = (args, report) => {
      const { getConfig, stackTags } = args;
      return judge(rule, runtime, { kind: "resource", resources: [args], getConfig, stackTags }, report);
    };
    const ofOurType = validateResourceOfType(ApiKey, (_props, args, report) => validate(args, report));
    const ofAnyType: ResourceValidation = (args, report) => (isKey(args) ? validate(args, report) : undefined);
    choose(policy, "validateResource", () => (looksEverywhere(rule, runtime) ? ofAnyType : ofOurType));
  }
  if (rule.stack !== undefined || rule.liveStack !== undefined) {
    const validate: StackValidation = ({ resources, getConfig, stackTags }, report) => {
      // What was judged as a resource under another type isn't named a second time.
      const known = new Set(rule.anyType === true ? runtime.disguised : []);
      const rest = resources.filter(({ urn }) => !known.has(urn));
      return judge(rule, runtime, { kind: "stack", resources: rest, getConfig, stackTags }, report);
    };
    const ofOurType = validateStackResourcesOfType(ApiKey, (_props, args, report) => validate(args, report));
    const ofAnyType: StackValidation = (args, report) =>
      validate({ ...args, resources: args.resources.filter(isKey) }, report);
    choose(policy, "validateStack", () => (looksEverywhere(rule, runtime) ? ofAnyType : ofOurType));
  }
  const remediate = rule.remediate?.bind(rule);
  if (remediate !== undefined) {
    policy.remediateResource = remediateResourceOfType(ApiKey, (_props, args) => {
      try {
        const params = resolve(rule.parameters, args.getConfig()).values;
        return remediate(subjectOf(rule, runtime, args, args.stackTags, params), args.props) ? args.props : undefined;
      } catch {
        return undefined; // the violation stays and is reported: an unfixed key is refused, not let through
      }
    });
  }
  const onlyLive = rule.resource === undefined && rule.stack === undefined;
  return onlyLive ? stepAside(policy, () => runtime.configured && !liveWanted(runtime)) : policy;
}

/**
 * True where a rule can't leave it to the SDK to pick resources by their type. It would decode every resource of the
 * stack for every rule, so all but one do this only once a key under another type was seen in the run: by
 * `pack-settings` or `no-disguised-key`, which come before them for each resource.
 */
function looksEverywhere({ anyType }: Rule, { disguised }: Runtime): boolean {
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
