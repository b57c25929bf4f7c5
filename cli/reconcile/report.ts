import { shortPermissions, table } from "../table.ts";
import { type Comparison, type Finding, RELATIONS, type Relation } from "./compare.ts";

const HEADINGS: Readonly<Record<Relation, string>> = {
  managed: "Managed by a stack whose state was given",
  retired: "Replaced, and alive until their overlap ends (the first `up` after it revokes them)",
  pending: "In an operation that was begun and hasn't ended (run `pulumi up --refresh`, then look again)",
  orphaned:
    "Orphaned: made by a stack whose state was given, and not in that state (a killed run, `state delete`, a restored backup, or retainOnDelete or deletedWith from a transform)",
  kept: "Let go under `deletionPolicy: retain`, as their marks say: they stay alive, and nobody manages them",
  elsewhere: "Made by a copy or under another name of a stack: also give that stack's state",
  foreign: "Foreign: made by hand or by another stack",
};

/** What `reconcile` found, for a person. */
export function asText({ findings, missing }: Comparison, expiring: string): string {
  const sections = RELATIONS.flatMap((relation) => {
    const of = findings.filter((finding) => finding.relation === relation);
    return of.length === 0 ? [] : [`${HEADINGS[relation]} (${of.length})\n${rows(of)}`];
  });
  if (missing.length > 0) {
    const lines = missing.map(({ keyId, urn, status }) => [keyId, status, urn]);
    sections.push(
      `Missing: in a state, and not alive in the account; the next \`up --refresh\` replaces them (${missing.length})\n${table(["id", "in the account", "resource"], lines)}`,
    );
  }
  const near = findings.filter((finding) => finding.expiring);
  if (near.length > 0) sections.push(`Ending within ${expiring} (${near.length})\n${rows(near)}`);
  return sections.length === 0 ? "The account has no live key, and the states have none." : sections.join("\n\n");
}

function rows(findings: readonly Finding[]): string {
  const lines = findings.map(({ key, marker, until, hold, hint, neverUsed }) => [
    key.name,
    key.id,
    shortPermissions(key.permissions),
    marker === undefined ? "" : `${marker.project}/${marker.stack}/${marker.name}`,
    key.expiry ?? "never",
    neverUsed ? "never" : (key.lastUsed ?? "yes"),
    until === undefined ? (hold ?? hint ?? "") : `until ${until}`,
  ]);
  return table(["name", "id", "may", "made by", "ends", "used", "note"], lines);
}

/** The same for programs: a permanent interface. */
export function asJson({ findings, missing }: Comparison, revoked: readonly string[]): object {
  const keys = findings.map(({ key, marker, relation, until, expiring, neverUsed, hold, hint }) => ({
    ...{
      id: key.id,
      name: key.name,
      permissions: key.permissions,
      relation,
      status: key.status,
      createdAt: key.createdAt,
    },
    ...{ expiry: key.expiry ?? undefined, lastUsed: key.lastUsed ?? undefined, expiring, neverUsed, until, hold, hint },
    ...(marker && { madeBy: { project: marker.project, stack: marker.stack, name: marker.name } }),
  }));
  const summary = Object.fromEntries([
    ...RELATIONS.map((relation) => [relation, findings.filter((finding) => finding.relation === relation).length]),
    ["missing", missing.length],
    ["expiring", findings.filter((finding) => finding.expiring).length],
  ]);
  return { summary, keys, missing, revoked };
}
