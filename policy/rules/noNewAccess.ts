import { decodeMarker } from "../../provider/domain/marker.ts";
import type { WireKey } from "../../provider/domain/wire.ts";
import { newGrants } from "../grants/access.ts";
import { type Approval, approvalFault, isApproved } from "../grants/approvals.ts";
import { type Grant, grantName } from "../grants/catalogue.ts";
import { isUnknown, type OwnershipView, type PermissionView } from "../key/view.ts";
import { type Account, NotEvaluated } from "../live/account.ts";
import { define, type Finding } from "../rule.ts";
import { choice, integer, records } from "../settings/parameters.ts";
import { listed } from "./granted.ts";
import { nist } from "./references.ts";

const NO_APPROVALS: readonly Approval[] = [];

export const noNewAccess = define({
  id: "no-new-access",
  title: "New access is approved",
  severity: "high",
  level: "mandatory",
  description:
    "What a key would be able to do beyond each of its living predecessors is approved in the pack's configuration, by name, until a day. (Live check; blocks in CI.)",
  why:
    "The other policies judge what a key may do; this one judges the step. A pull request that adds a grant looks like any " +
    "other, unless the account says that nobody had it yesterday. Predecessors are known by their mark, which can be " +
    "copied: so access counts as had only where every living key with the mark has it, and a forged one opens nothing. " +
    "In an overlap the older, narrower key counts as well: let an approval outlast it.",
  references: [nist("CM-3"), nist("AC-6(7)")],
  reads: ["permissions"],
  alsoReads: ["ownership", "internal"],
  parameters: {
    approvals: records(
      "Access agreed to: URN or pattern of the key, `resource:action` (with `*`), by whom, and the last day it holds (UTC).",
      {
        urn: { type: "string", minLength: 1 },
        grant: { type: "string", minLength: 1 },
        by: { type: "string", minLength: 1 },
        until: { type: "string", pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" },
      },
      NO_APPROVALS,
    ),
    approvalDays: integer("How far ahead an approval may end, in days.", 30, 1),
    unanswered: choice(
      "What a check does to which the account gives no answer: `ci` = blocks in CI and is shown elsewhere, `mandatory` = blocks, `advisory` = is shown.",
      ["ci", "mandatory", "advisory"],
      "ci",
    ),
  },
  remediation: [
    "have it reviewed, and add to this policy's `approvals`: " +
      '`{ "urn": "*::KEY", "grant": "resource:action", "by": "NAME", "until": "YYYY-MM-DD" }`',
    "give the check a token that may list keys, and run it again",
  ],
  example: {
    stack: "acme-prod",
    key: {
      permissions: [
        { resource: "scores", actions: ["read"], restrictions: { ipWhitelist: ["203.0.113.0/24"] } },
        { resource: "trust", actions: ["read"], restrictions: { ipWhitelist: ["203.0.113.0/24"] } },
      ],
    },
    path: "parameters.approvals",
    insecure: [],
    secure: [{ urn: "*::backend", grant: "trust:read", by: "j.doe", until: "2026-11-15" }],
    account: "The living key may read scores only.",
  },
  problems: ({ approvals, approvalDays }, now) =>
    approvals.flatMap((approval, index) => {
      const fault = approvalFault(approval, now, approvalDays);
      return fault === undefined ? [] : [`approvals[${index}] approves nothing: ${fault}`];
    }),
  async liveResource({ key, urn, now, params, ci }, account) {
    let living: readonly WireKey[];
    try {
      living = await livingKeys(account, key.ownership);
    } catch (error) {
      const blocks = params.unanswered === "mandatory" || (params.unanswered === "ci" && ci);
      if (!(error instanceof NotEvaluated) || !blocks) throw error;
      const message = `not evaluated: ${error.message}; new access can't be ruled out`;
      return [{ code: "not-evaluated", path: "permissions", step: 1, message }];
    }
    const findings: Finding[] = [];
    for (const permission of key.permissions) {
      // A restriction that isn't known yet may narrow or not: named in an advisory, judged by `up`.
      if (isUnknown(key, `${permission.path}.restrictions`)) continue;
      const grants = beyond(permission, living).filter(
        (grant) => !isApproved(params.approvals, urn, grant, now, params.approvalDays),
      );
      if (grants.length === 0) continue;
      const message = `would add ${listed(grants.map(grantName))}: ${than(living.length)}`;
      findings.push({ code: "new-access", path: permission.path, message, ...(ci ? {} : { advisory: true }) });
    }
    return findings;
  },
});

/** Keys in use with the mark of this resource, its real predecessors and whatever copies the mark. */
async function livingKeys(account: Account, { identity, owner }: OwnershipView): Promise<WireKey[]> {
  const listing = await account.listing();
  if (!listing.complete) throw new NotEvaluated("the account's listing is incomplete");
  return [...listing.keys.values()].filter(({ status, metadata }) => {
    const marker = decodeMarker(metadata);
    if (status !== "active" || marker === undefined || owner === undefined) return false;
    return marker.owner === owner && (identity === undefined || marker.identity === identity);
  });
}

/** What a permission grants beyond one living key or more; beyond nothing where there is none. */
function beyond(permission: PermissionView, living: readonly WireKey[]): Grant[] {
  const had = living.length === 0 ? [[]] : living.map(({ permissions }) => permissions);
  return [...new Set(had.flatMap((permissions) => newGrants(permission, permissions)))];
}

function than(living: number): string {
  if (living === 0) return "no key of this resource is alive yet";
  if (living === 1) return "its living key doesn't have that";
  return `not each of the ${living} living keys with its mark has that (an overlap, or a copied mark)`;
}
