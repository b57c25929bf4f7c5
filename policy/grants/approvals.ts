import { endOf, namesAKey } from "../settings/exemptions.ts";
import { urnMatches } from "../settings/urn.ts";
import { CATALOGUE, matchGrants } from "./catalogue.ts";

/** Access that somebody has agreed to, as data in the pack's configuration: a key can't say this of itself. */
export interface Approval {
  /** URN of the key, or a pattern as in exemptions. */
  readonly urn: string;
  /** `resource:action`, with `*`. */
  readonly grant: string;
  /** Who approved it. */
  readonly by: string;
  /** The last day it holds, `YYYY-MM-DD`, UTC. */
  readonly until: string;
}

const DAY_MS = 86_400_000;

/** Why an approval approves nothing; one that has ended has had its time, and is no fault. */
export function approvalFault(approval: Approval, now: number, maxDays: number): string | undefined {
  const end = endOf(approval);
  if (end === undefined) return "`until` is no day of the calendar (YYYY-MM-DD)";
  if (end - now > (maxDays + 1) * DAY_MS) return `ends more than ${maxDays} days ahead`;
  if (!namesAKey(approval.urn)) return "`urn` names no key: it has to end in a key's name, or in a good part of one";
  if (approval.by.trim() === "") return "`by` names nobody";
  const grants = matchGrants(approval.grant).length;
  if (grants === 0) return "`grant` is no `resource:action` of the catalogue";
  return grants === CATALOGUE.length ? "`grant` is everything" : undefined;
}

/** True if an approval in force covers a grant of a key. */
export function isApproved(
  approvals: readonly Approval[],
  urn: string,
  { resource, action }: { readonly resource: string; readonly action: string },
  now: number,
  maxDays: number,
): boolean {
  return approvals.some(
    (approval) =>
      approvalFault(approval, now, maxDays) === undefined &&
      now < (endOf(approval) ?? now) &&
      urnMatches(approval.urn, urn) &&
      matchGrants(approval.grant).some((grant) => grant.resource === resource && grant.action === action),
  );
}
