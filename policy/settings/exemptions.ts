import { urnMatches } from "./urn.ts";

/** An agreed exception, as data in the pack's configuration. Every field is required. */
export interface Exemption {
  /** Id of one policy. */
  readonly policy: string;
  /** URN of the key, or a pattern: see `urnMatches`. */
  readonly urn: string;
  readonly reason: string;
  /** Who answers for it. */
  readonly owner: string;
  /** The last day it holds, `YYYY-MM-DD`, UTC. */
  readonly until: string;
}

/** What exemptions are judged by, wherever that is done. */
export interface ExemptionRules {
  readonly policyIds: readonly string[];
  readonly now: number;
  /** How far ahead one may end, in days. */
  readonly maxDays: number;
}

/** The policy whose exemption lowers a stack's environment; its URN is {@link wholeStack}. */
export const ENVIRONMENT_POLICY = "pack-settings";

const DAY_MS = 86_400_000;

/** The instant a day's end is reached (epoch ms), or `undefined` if the text is no day of the calendar. */
export function endOf({ until }: Pick<Exemption, "until">): number | undefined {
  const start = Date.parse(`${until}T00:00:00Z`);
  const real = !Number.isNaN(start) && new Date(start).toISOString().slice(0, 10) === until;
  return real ? start + DAY_MS : undefined;
}

/** Why an exemption holds for nothing: what `exemption-hygiene` refuses exempts nothing, whether that policy runs or not. */
export function refusal(
  exemption: Exemption,
  { policyIds, now, maxDays }: ExemptionRules,
): { code: string; message: string } | undefined {
  const end = endOf(exemption);
  if (!policyIds.includes(exemption.policy)) {
    return { code: "unknown-policy", message: "names no policy of this pack that can be exempted from" };
  }
  if (end === undefined) return { code: "unreadable", message: "`until` is no day of the calendar (YYYY-MM-DD)" };
  if (now >= end) return { code: "expired", message: `expired on ${exemption.until}: it no longer exempts anything` };
  if (end - now > (maxDays + 1) * DAY_MS) {
    return { code: "too-far", message: `ends more than ${maxDays} days ahead: it exempts nothing` };
  }
  if (exemption.policy === ENVIRONMENT_POLICY) {
    if (stackOfWhole(exemption.urn) !== undefined) return undefined;
    return { code: "too-broad", message: "lowers one stack's environment: its `urn` has to be `urn:pulumi:STACK::*`" };
  }
  if (namesAKey(exemption.urn)) return undefined;
  return { code: "too-broad", message: "names no key: its `urn` has to end in a key's name, or in a good part of one" };
}

/** The first exemption in force for a policy's findings at a resource. */
export function exemptionFor(
  exemptions: readonly Exemption[],
  policy: string,
  urn: string,
  rules: ExemptionRules,
): Exemption | undefined {
  return exemptions.find(
    (exemption) =>
      exemption.policy === policy && urnMatches(exemption.urn, urn) && refusal(exemption, rules) === undefined,
  );
}

/** The exemption by which a stack's environment is what its settings say, although something says a stricter one. */
export function loweringOf(
  exemptions: readonly Exemption[],
  stack: string,
  rules: ExemptionRules,
): Exemption | undefined {
  return exemptions.find(
    (exemption) =>
      exemption.policy === ENVIRONMENT_POLICY &&
      stackOfWhole(exemption.urn) === stack &&
      refusal(exemption, rules) === undefined,
  );
}

/** The stack in `urn:pulumi:STACK::*`; no pattern stands for several. */
function stackOfWhole(urn: string): string | undefined {
  return /^urn:pulumi:([^:*?]+)::\*$/.exec(urn)?.[1];
}

/** True if the last part of a pattern says a name: whole, or at least three letters of it. */
export function namesAKey(urn: string): boolean {
  const name = urn.split("::").at(-1) ?? "";
  const said = name.replace(/[*?]/g, "");
  return urn.includes("::") && said !== "" && (said === name || said.length >= 3);
}
