import { define, type Finding } from "../definition.ts";
import { concernsStack, type Exemption, endOf } from "../exemptions.ts";
import { globMatches } from "../glob.ts";
import { integer } from "../parameters.ts";
import { nist } from "../references.ts";
import { DAY_MS } from "./shared.ts";

const parameters = { maxDays: integer("How far ahead an exemption may end, in days.", 180, 1) };

export const exemptionHygiene = define({
  id: "exemption-hygiene",
  title: "Exemptions end",
  severity: "medium",
  level: "mandatory",
  rule: "An exemption names a policy and a key that exist, and ends within half a year.",
  why:
    "An exemption is a debt with a date. One that has expired, or that exempts nothing any more, is how a rule quietly " +
    "stops applying.",
  references: [nist("CA-5")],
  reads: [],
  parameters,
  remediation: [
    "fix the key and delete the exemption; or have it renewed by its owner, with a new `until`",
    "an exemption that matches nothing can go",
  ],
  example: {
    stack: "acme-prod",
    name: "legacy-api",
    key: { rateLimit: undefined },
    path: "exemptions",
    insecure: [example("2026-10-31")],
    secure: [example("2026-12-31")],
  },
});

function example(until: string): Exemption {
  return { policy: "rate-limit", urn: "*::legacy-*", reason: "load test", owner: "team-scores", until };
}

export interface Facts {
  readonly exemptions: readonly Exemption[];
  /** Those that let a finding pass in this run. */
  readonly used: ReadonlySet<Exemption>;
  readonly policyIds: readonly string[];
  /** Those of them that don't run, so that their exemptions can't be used. */
  readonly silent: readonly string[];
  /** Every resource of the stack. */
  readonly urns: readonly string[];
  readonly now: number;
  readonly maxDays: number;
}

/** What is wrong with the exemptions as a list. Those meant for other stacks of a shared file are left alone. */
export function* exemptionFindings(facts: Facts): Iterable<Finding> {
  const head = facts.urns[0]?.split("::")[0];
  for (const [index, exemption] of facts.exemptions.entries()) {
    const path = `pack-settings.exemptions[${index}] (${exemption.policy}, ${exemption.owner})`;
    const end = endOf(exemption);
    if (!facts.policyIds.includes(exemption.policy)) {
      yield { rule: "unknown-policy", path, message: "names no policy of this pack that can be exempted from" };
    } else if (end === undefined) {
      yield { rule: "unreadable", path, message: "`until` is no day of the calendar (YYYY-MM-DD)" };
    } else if (head === undefined || !concernsStack(exemption, head)) {
      // for another stack
    } else if (facts.now >= end) {
      yield { rule: "expired", path, message: `expired on ${exemption.until}: it no longer exempts anything` };
    } else if (end - facts.now > (facts.maxDays + 1) * DAY_MS) {
      yield { rule: "too-far", path, message: `ends more than ${facts.maxDays} days ahead` };
    } else if (!facts.urns.some((urn) => globMatches(exemption.urn, urn))) {
      yield { rule: "unmatched", path, step: 1, message: "matches no resource of this stack", advisory: true };
    } else if (!facts.used.has(exemption) && !facts.silent.includes(exemption.policy)) {
      yield { rule: "needless", path, step: 1, message: "exempted nothing in this run", advisory: true };
    }
  }
}
