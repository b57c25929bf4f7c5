import { globMatches } from "./glob.ts";

/** An agreed exception, as data in the pack's configuration. Every field is required. */
export interface Exemption {
  /** Id of one policy. */
  readonly policy: string;
  /** URN of the key, with `*` and `?`. */
  readonly urn: string;
  readonly reason: string;
  /** Who answers for it. */
  readonly owner: string;
  /** The last day it holds, `YYYY-MM-DD`, UTC. */
  readonly until: string;
}

const DAY_MS = 86_400_000;

/** The instant an exemption ends (epoch ms), or `undefined` if `until` is no day of the calendar. */
export function endOf(exemption: Exemption): number | undefined {
  const start = Date.parse(`${exemption.until}T00:00:00Z`);
  const real = !Number.isNaN(start) && new Date(start).toISOString().slice(0, 10) === exemption.until;
  return real ? start + DAY_MS : undefined;
}

/** The first exemption in force for a policy's findings at a resource. An expired or unreadable one exempts nothing. */
export function exemptionFor(
  exemptions: readonly Exemption[],
  policy: string,
  urn: string,
  now: number,
): Exemption | undefined {
  return exemptions.find(
    (exemption) => exemption.policy === policy && globMatches(exemption.urn, urn) && now < (endOf(exemption) ?? now),
  );
}

/** True if a URN pattern can mean a resource of this stack; patterns for other stacks of a shared file can't. */
export function concernsStack(exemption: Exemption, stackUrnPrefix: string): boolean {
  const [head = ""] = exemption.urn.split("::");
  return globMatches(head, stackUrnPrefix);
}
