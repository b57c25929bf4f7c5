import type { Severity } from "@pulumi/policy";
import type { KeyView } from "./key/view.ts";
import type { Account } from "./live/account.ts";
import type { Environment, EnvironmentWords } from "./settings/environment.ts";
import type { Parameters, Values } from "./settings/parameters.ts";

/** Where a rule comes from, for the person who has to argue it in an audit. */
export interface Reference {
  readonly name: string;
  readonly version: string;
  readonly reference: string;
  readonly specification: string;
}

/**
 * What a rule found. `message` holds field paths, numbers and words of the API's closed vocabulary, never a value of
 * the program: any of them may be a secret, and what a policy prints is shown to everyone who can read the CI log.
 */
export interface Finding {
  /** The part of the rule that was broken, stable: `too-long`. */
  readonly code: string;
  /** The field, as the program writes it: `permissions[0].actions`. */
  readonly path: string;
  readonly message: string;
  /** The resource, where a stack policy means one. */
  readonly urn?: string;
  /** The remediation step that ends it, by index; default the first. */
  readonly step?: number;
  /** Shown, but never blocks, whatever the policy's level is. */
  readonly advisory?: true;
}

/** The resource options a policy can see. */
export interface Options {
  readonly protect: boolean;
  readonly ignoreChanges: readonly string[];
  readonly additionalSecretOutputs: readonly string[];
}

/** One key with everything a rule may ask about it. Plain data: a rule is a pure function of it. */
export interface Subject<P extends Parameters = Parameters> {
  readonly key: KeyView;
  readonly urn: string;
  readonly type: string;
  /** True under `pulumi policy analyze`: what is judged was recorded, by an earlier `up`. */
  readonly fromState: boolean;
  /** Logical name. */
  readonly name: string;
  readonly stack: string;
  readonly options: Options;
  readonly environment: Environment;
  readonly environmentWords: EnvironmentWords;
  readonly tags: ReadonlyMap<string, string>;
  readonly params: Values<P>;
  /** Epoch ms. */
  readonly now: number;
  /** True where `CI` is set. */
  readonly ci: boolean;
  /** `ZKSCORE_PLAN`, as the provider takes it. */
  readonly plan: string | undefined;
}

/** The bag a remediation may change in place. A new object would lose `__provider` and the marks of secrets. */
export type Bag = Record<string, unknown>;

/**
 * What becomes a policy: a judgement and every word about it. The pack, the documentation and the tests are made from
 * this one source.
 */
export interface Rule<P extends Parameters = Parameters> {
  /** Stable, kebab-case: the name in configuration and exemptions. */
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  /** What a violation does by default. */
  readonly level: "advisory" | "mandatory";
  /** The rule in one sentence. Shown with each violation. */
  readonly description: string;
  /** What goes wrong without it. */
  readonly why: string;
  readonly references: readonly [Reference, ...Reference[]];
  /** The fields the rule reads, `[]` for any index. What of them isn't known in a preview is named in an advisory. */
  readonly reads: readonly string[];
  /** Fields it reads as well, of which nothing is said while they aren't known. */
  readonly alsoReads?: readonly string[];
  /** Judges keys under every resource type, from the first on; the other rules join in once one was found. */
  readonly anyType?: true;
  readonly parameters: P;
  /** Steps that end a violation; the first is shown with it. */
  readonly remediation: readonly [string, ...string[]];
  readonly example: Example;
  /** What is wrong with the parameters beyond their form. Told once. */
  problems?(params: Values<P>, now: number): readonly string[];
  /** Before a key exists or changes: judges inputs, can prevent. */
  resource?(subject: Subject<P>): Iterable<Finding>;
  /** The whole stack, after everything on `up`: judges outputs. */
  stack?(subjects: readonly Subject<P>[]): Iterable<Finding>;
  /** Asks the account, only where live checks are on. */
  liveResource?(subject: Subject<P>, account: Account): Promise<readonly Finding[]>;
  liveStack?(subjects: readonly Subject<P>[], account: Account): Promise<readonly Finding[]>;
  /** At level `remediate`: narrows the bag in place; true if it changed anything. Never grants more. */
  remediate?(subject: Subject<P>, bag: Bag): boolean;
}

/** Two keys that differ in one field, one refused and one accepted. Rendered in the documentation, run by a test. */
export interface Example {
  /** Name of the stack; it decides the environment. */
  readonly stack: string;
  /** Logical name; default `backend`. */
  readonly name?: string;
  /** Fields of both keys that matter here, beside the one at `path`. Merged over a key that every policy accepts. */
  readonly key?: Readonly<Record<string, unknown>>;
  /** The one field that differs; `outputs.…` an output, `account.…` what the API answers, `parameters.…` one of the policy's, `exemptions` and `settings` the pack's configuration. */
  readonly path: string;
  /** `undefined` = the field is absent. */
  readonly insecure: unknown;
  readonly secure: unknown;
  /** What the account says, for a live check, in words. */
  readonly account?: string;
}

/** Keeps the parameters' types in a rule without spelling them out. */
export function define<P extends Parameters>(rule: Rule<P>): Rule<P> {
  return rule;
}
