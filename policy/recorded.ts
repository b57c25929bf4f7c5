import { KEY_TYPE } from "../provider/domain/marker.ts";
import { readKey } from "./key/view.ts";
import type { Account } from "./live/account.ts";
import type { Finding, Rule, Subject } from "./rule.ts";
import { RULES } from "./rules/index.ts";
import { weightOf } from "./sdk/report.ts";
import { defaultsOf } from "./sdk/runtime.ts";
import { detectEnvironment, wordsOf } from "./settings/environment.ts";
import { SETTINGS } from "./settings/settings.ts";

/** In place of a value that isn't known where the key was recorded: no rule judges it. */
export const NOT_KNOWN = "[secret]";

/** A key as a state or the account has it. */
export interface RecordedKey {
  /** Of its resource, or any text of its own: names it in the findings. */
  readonly urn: string;
  /** Logical name. */
  readonly name: string;
  /** Says the environment. Empty where no stack is known. */
  readonly stack: string;
  /** Inputs and outputs, without a secret: {@link NOT_KNOWN} stands for what isn't known. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly protect: boolean;
  readonly additionalSecretOutputs: readonly string[];
}

/** What a policy finds. Words of ours and of the catalogue, numbers and field paths, never a value of a key. */
export interface RecordedFinding {
  readonly policy: string;
  readonly code: string;
  readonly urn: string;
  readonly path: string;
  readonly message: string;
  readonly level: "mandatory" | "advisory";
  readonly fix: string;
}

/** A policy that judged. */
export interface RecordedPolicy {
  readonly id: string;
  readonly title: string;
  readonly severity: string;
  readonly description: string;
}

/**
 * Left out: what judges a configuration or a change, and what asks for usage of one key after the other. Those that ask
 * for the listing only are given it.
 */
const { packSettings, exemptionHygiene, noNewAccess, unusedKey, unusedPermission, ...JUDGING } = RULES;
const RECORDED = Object.values<Rule>(JUDGING);

export const RECORDED_POLICIES: readonly RecordedPolicy[] = RECORDED.map(({ id, title, severity, description }) => ({
  id,
  title,
  severity,
  description,
}));

/**
 * Judges keys without the engine, with every policy's defaults and its own level; a stack's environment follows from its
 * name. `listing`: the account's, for `live-as-declared`.
 */
export async function judgeRecorded(
  keys: readonly RecordedKey[],
  { now, listing }: { readonly now: number; readonly listing?: Account["listing"] | undefined },
): Promise<RecordedFinding[]> {
  const found: RecordedFinding[] = [];
  for (const [stack, ofStack] of Map.groupBy(keys, (key) => key.stack)) {
    for (const rule of RECORDED) {
      const subjects = ofStack.map((key) => subjectOf(rule, key, stack, now));
      const live = listing === undefined ? [] : await rule.liveStack?.(subjects, accountOf(listing));
      const each = subjects.flatMap((subject) => withUrn([...(rule.resource?.(subject) ?? [])], subject.urn));
      const all = [...each, ...(rule.stack?.(subjects) ?? []), ...(live ?? [])];
      found.push(...all.flatMap((finding) => recorded(rule, finding, subjects)));
    }
  }
  return found;
}

function subjectOf(rule: Rule, key: RecordedKey, stack: string, now: number): Subject {
  const settings = defaultsOf(SETTINGS);
  const tags = new Map<string, string>();
  return {
    key: readKey(key.properties, [...rule.reads, ...(rule.alsoReads ?? [])], true),
    urn: key.urn,
    type: KEY_TYPE,
    fromState: true,
    name: key.name,
    stack,
    options: { protect: key.protect, ignoreChanges: [], additionalSecretOutputs: key.additionalSecretOutputs },
    environment: detectEnvironment(settings, tags, stack),
    environmentWords: wordsOf(settings),
    tags,
    params: defaultsOf(rule.parameters),
    now,
    ci: false,
    plan: undefined,
  };
}

function withUrn(findings: readonly Finding[], urn: string): Finding[] {
  return findings.map((finding) => ({ urn, ...finding }));
}

function recorded(rule: Rule, finding: Finding, subjects: readonly Subject[]): RecordedFinding[] {
  const subject = subjects.find(({ urn }) => urn === finding.urn);
  const weight = subject === undefined ? "off" : weightOf(finding, subject);
  if (weight === "off" || subject === undefined) return [];
  const { code, path, message, step = 0 } = finding;
  const fix = rule.remediation[step] ?? rule.remediation[0];
  const level = weight === "advisory" ? "advisory" : rule.level;
  return [{ policy: rule.id, code, urn: subject.urn, path, message, level, fix }];
}

function accountOf(listing: Account["listing"]): Account {
  return {
    listing,
    usage: () => Promise.reject(new Error("a recorded key has no usage here")),
  };
}
