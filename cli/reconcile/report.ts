import { byName, endCell, instantBeside } from "../cells.ts";
import { joined, type Line, linesOf, type Tone, toned } from "../lines.ts";
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

/** What needs a look, and what is only told. */
const TONES: Readonly<Partial<Record<Relation, Tone>>> = { orphaned: "bad", pending: "warn" };

/** What `reconcile` found at this instant, for a person. */
export function asLines({ findings, missing }: Comparison, expiring: string, now: number): Line[] {
  const sorted = findings.toSorted((a, b) => byName(a.key, b.key));
  const sections = RELATIONS.flatMap((relation) => {
    const of = sorted.filter((finding) => finding.relation === relation);
    const heading = `${HEADINGS[relation]} (${of.length})`;
    return of.length === 0 ? [] : [[[toned(TONES[relation] ?? "strong", heading)], ...rows(of, now)]];
  });
  if (missing.length > 0) {
    const lines = missing.map(({ keyId, urn, status }) => [keyId, status, urn]);
    const heading = `Missing: in a state, and not alive in the account; the next \`up --refresh\` replaces them (${missing.length})`;
    sections.push([[toned("bad", heading)], ...table(["id", "in the account", "resource"], lines)]);
  }
  const near = sorted.filter((finding) => finding.expiring);
  if (near.length > 0)
    sections.push([[toned("warn", `Ending within ${expiring} (${near.length})`)], ...rows(near, now)]);
  return sections.length === 0 ? linesOf("The account has no live key, and the states have none.") : joined(sections);
}

function rows(findings: readonly Finding[], now: number): Line[] {
  const lines = findings.map(({ key, marker, until, hold, hint, neverUsed }) => [
    key.name,
    key.id,
    shortPermissions(key.permissions),
    marker === undefined ? "" : `${marker.project}/${marker.stack}/${marker.name}`,
    endCell(key, now),
    neverUsed ? "never" : key.lastUsed ? instantBeside(key.lastUsed, now) : "yes",
    until === undefined ? (hold ?? hint ?? "") : `until ${instantBeside(until, now)}`,
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
