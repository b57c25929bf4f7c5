import { decodeMarker } from "../../provider/domain/marker.ts";
import type { WireKey } from "../../provider/domain/wire.ts";
import { newGrants } from "../access.ts";
import { NotEvaluated } from "../account.ts";
import { define, type Finding } from "../definition.ts";
import { integer } from "../parameters.ts";
import { nist } from "../references.ts";
import { isUnknown } from "../view.ts";
import { DAY_MS, listed } from "./shared.ts";

export const noNewAccess = define({
  id: "no-new-access",
  title: "New access is approved",
  severity: "high",
  level: "mandatory",
  rule: "What a key would be able to do beyond its living predecessor is approved, by name and date. (Live check; blocks in CI.)",
  why:
    "The other policies judge what a key may do; this one judges the step. A pull request that adds a grant looks like any " +
    "other, unless the account says that nobody had it yesterday.",
  references: [nist("CM-3"), nist("AC-6(7)")],
  reads: ["permissions", "metadata.approved-by", "ownership"],
  parameters: {
    approvalDays: integer("How long an approval holds, in days.", 30, 1),
  },
  remediation: ['have it reviewed and set `metadata: { "approved-by": "NAME YYYY-MM-DD" }`'],
  example: {
    stack: "acme-prod",
    key: {
      permissions: [
        { resource: "scores", actions: ["read"] },
        { resource: "trust", actions: ["read"] },
      ],
    },
    path: "metadata.approved-by",
    insecure: undefined,
    secure: "j.doe 2026-10-30",
    account: "The living key may read scores only.",
  },
  async liveResource({ key, now, params, ci }, account) {
    const listing = await account.listing();
    if (!listing.complete) throw new NotEvaluated("the account's listing is incomplete");
    const living = [...listing.keys.values()].filter((candidate) => isLiving(candidate, key.owners));
    const latest = living.sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))[0];
    const findings: Finding[] = [];
    for (const permission of key.permissions) {
      // A restriction that isn't known yet may narrow or not: named in an advisory, judged by `up`.
      if (isUnknown(key, `${permission.path}.restrictions`)) continue;
      const grants = newGrants(permission, latest?.permissions ?? []);
      if (grants.length === 0) continue;
      const than = latest === undefined ? "no key of this resource is alive yet" : "its living key doesn't have that";
      const message = `would add ${listed(grants)}: ${than}`;
      findings.push({ rule: "new-access", path: permission.path, message, ...(ci ? {} : { advisory: true }) });
    }
    if (isUnknown(key, "metadata") || isUnknown(key, "metadata.approved-by")) return [];
    return isApproved(key.metadata?.["approved-by"] ?? "", now, params.approvalDays) ? [] : findings;
  },
});

function isLiving(candidate: WireKey, owners: readonly string[]): boolean {
  const marker = decodeMarker(candidate.metadata);
  return candidate.status === "active" && marker !== undefined && owners.includes(marker.owner);
}

/** A name and a day: not ahead of today (a day's slack for time zones), not older than an approval holds. */
function isApproved(text: string, now: number, days: number): boolean {
  const day = /\d{4}-\d{2}-\d{2}/.exec(text)?.[0];
  const named = text.replace(day ?? "", "").trim() !== "";
  const at = day === undefined ? Number.NaN : Date.parse(`${day}T00:00:00Z`);
  return named && at <= now + DAY_MS && now - at <= (days + 1) * DAY_MS;
}
