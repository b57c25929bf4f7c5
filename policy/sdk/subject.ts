import type { PolicyResourceOptions } from "@pulumi/policy";
import { readKey } from "../key/view.ts";
import type { Rule, Subject } from "../rule.ts";
import type { Parameters, Values } from "../settings/parameters.ts";
import { isOn, type Runtime, surroundingsOf } from "./runtime.ts";

/** The parts of the SDK's arguments that a subject is made of; a resource's and a stack member's are the same. */
export interface Source {
  readonly props: unknown;
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly opts: PolicyResourceOptions;
}

/** A resource as a rule is given it. */
export function subjectOf<P extends Parameters>(
  rule: Rule<P>,
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
    key: readKey(source.props, [...rule.reads, ...(rule.alsoReads ?? [])], fromState),
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

/** `urn:pulumi:STACK::PROJECT::TYPE::NAME` */
export function stackOf(urn: string): string {
  return urn.split("::")[0]?.slice("urn:pulumi:".length) ?? "";
}
