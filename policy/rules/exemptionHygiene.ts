import { define, type Finding } from "../rule.ts";
import { ENVIRONMENT_POLICY, type Exemption, type ExemptionRules, refusal } from "../settings/exemptions.ts";
import { integer } from "../settings/parameters.ts";
import { concernsStack, urnMatches } from "../settings/urn.ts";
import { nist } from "./references.ts";

const parameters = { maxDays: integer("How far ahead an exemption may end, in days.", 180, 1) };

export const exemptionHygiene = define({
  id: "exemption-hygiene",
  title: "Exemptions end",
  severity: "medium",
  level: "mandatory",
  description:
    "An exemption names a policy and a key that exist, and ends within half a year; else it exempts nothing.",
  why:
    "An exemption is a debt with a date. One that has expired, or that exempts nothing any more, is how a rule quietly " +
    "stops applying. What is refused here has no effect, even where this policy is off.",
  references: [nist("CA-5")],
  reads: [],
  parameters,
  remediation: [
    "fix the key and delete the exemption; or have it renewed by its owner, with a new `until`",
    "an exemption that matches nothing can go",
    "name the key: `*::backend`, `*::legacy-*`, or its whole URN; `*` stays within one part of it",
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

export interface Facts extends ExemptionRules {
  readonly exemptions: readonly Exemption[];
  /** Those that let a finding pass in this run. */
  readonly used: ReadonlySet<Exemption>;
  /** Policies that don't run, so that their exemptions can't be used. */
  readonly silent: readonly string[];
  /** Every resource of the stack. */
  readonly urns: readonly string[];
}

/** What is wrong with the exemptions as a list. Those meant for other stacks of a shared file are left alone. */
export function* exemptionFindings(facts: Facts): Iterable<Finding> {
  const head = facts.urns[0]?.split("::")[0];
  for (const [index, exemption] of facts.exemptions.entries()) {
    const path = `pack-settings.exemptions[${index}] (${exemption.policy}, ${exemption.owner})`;
    const refused = refusal(exemption, facts);
    const forHere = head !== undefined && concernsStack(exemption.urn, head);
    if (refused !== undefined) {
      // A text that can't be right is wrong for every stack; a date concerns the one it is for.
      const anywhere = refused.code !== "expired" && refused.code !== "too-far";
      if (anywhere || forHere) yield { ...refused, path, ...(refused.code === "too-broad" ? { step: 2 } : {}) };
    } else if (!forHere) {
      // for another stack
    } else if (exemption.policy !== ENVIRONMENT_POLICY && !facts.urns.some((urn) => urnMatches(exemption.urn, urn))) {
      yield { code: "unmatched", path, step: 1, message: "matches no resource of this stack", advisory: true };
    } else if (!facts.used.has(exemption) && !facts.silent.includes(exemption.policy)) {
      yield { code: "needless", path, step: 1, message: "exempted nothing in this run", advisory: true };
    }
  }
}
