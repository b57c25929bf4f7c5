import { instantMs } from "../../../provider/domain/instant.ts";
import { RESOURCES } from "../../../provider/domain/vocabulary.ts";
import type { ReportData, ReportGrant } from "../data.ts";
import { type Html, html } from "./html.ts";
import { type Column, chip, type Placed, section, table } from "./parts.ts";
import { DAY_MS, day, isIdle, needsALook, nextOf, relative, SOON_DAYS } from "./words.ts";

const NAMED = RESOURCES.filter((resource) => resource !== "all");
const SLOTS = ["read", "write", "delete"] as const;

/** Who may do what: a row a key, a column a resource, a letter an action. */
export function matrix(data: ReportData, keys: readonly Placed[]): Html {
  const columns: Column[] = [
    { title: "Key" },
    { title: "Made by" },
    { title: "Standing" },
    ...NAMED.map((resource) => ({ title: resource, className: "m" })),
    { title: "Restriction", sorts: false },
    { title: "Ends" },
    { title: "Last used" },
  ];
  const now = instantMs(data.madeAt) ?? 0;
  const flagged = new Set(data.findings.filter(({ level }) => level === "mandatory").map(({ keyId }) => keyId));
  const lead = html`One letter an action: ${swatch("read", false)} read, ${swatch("write", false)} write, ${swatch("delete", false)} delete.
Outlined: restricted to identities, chains or addresses. Filled: ${swatch("write", true)} for anyone, on any chain, from anywhere. A bar marks keys that stand out:
<code>all</code>, or a write or delete without a restriction.`;
  const rows = keys.map((placed) => row(placed, now, flagged));
  return section("access", "Who may do what", lead, table("keys", "Keys, and what each may do", columns, rows));
}

function swatch(action: string, open: boolean): Html {
  return html`<span class="g ${action}${open && " open"}" aria-hidden="true">${(action[0] ?? "?").toUpperCase()}</span>`;
}

function row({ key, place }: Placed, now: number, flagged: ReadonlySet<string>): Html {
  const next = nextOf(key);
  const flags = [
    key.wide.length > 0 && "wide",
    isIdle(key) && "idle",
    next !== undefined && next.ms - now <= SOON_DAYS * DAY_MS && "soon",
    key.relation === "retired" && "overlap",
    needsALook(key) && "look",
    flagged.has(key.id) && "finding",
    key.unused !== undefined && "unused",
  ].filter((flag) => flag !== false);
  const search = [key.name, key.id, key.madeBy, key.owner, key.description, key.status].join(" ").toLowerCase();
  const used = key.lastUsed === undefined ? (key.neverUsed ? "never" : "not known") : relative(key.lastUsed, now);
  return html`<tr role="row" id="k${place}" data-k="${place}" data-f="${flags.join(" ")}" data-r="${key.relation}" data-t="${search}"${key.wide.length > 0 && html` class="wide"`}>
<th scope="row" role="rowheader" aria-label="${key.name}"><details><summary>${key.name}</summary>${details(key)}</details></th><td role="cell">${key.madeBy ?? "–"}</td><td role="cell" data-v="${key.relation}">${chip(key)}${key.status !== "active" && html` <span class="chip">${key.status}</span>`}</td>
${NAMED.map((resource) => cell(key.grants.filter((grant) => grant.resource === resource)))}
<td role="cell">${limits(key.grants)}</td><td role="cell" data-v="${instantMs(key.expiry ?? "") ?? 9e15}">${key.expiry === undefined ? "never" : html`<span class="nb">${day(key.expiry)}</span>`}</td><td role="cell" data-v="${instantMs(key.lastUsed ?? "") ?? 0}"><span class="nb">${used}</span></td></tr>`;
}

function cell(grants: readonly ReportGrant[]): Html {
  const weight = grants.reduce((sum, { action, limits }) => {
    return sum + 4 ** Math.max(0, (SLOTS as readonly string[]).indexOf(action)) * (limits.length === 0 ? 2 : 1);
  }, 0);
  if (grants.length === 0) return html`<td role="cell" class="m" data-v="0"></td>`;
  const letters = SLOTS.map((action) => {
    const own = grants.find((grant) => grant.action === action);
    return own === undefined ? html`<span class="g"></span>` : swatch(action, own.limits.length === 0);
  });
  const spoken = grants
    .map(({ action, limits }) => `${action}${limits.length === 0 ? ", unrestricted" : ""}`)
    .join("; ");
  return html`<td role="cell" class="m" data-v="${weight}">${letters}<span class="vh">${spoken}</span></td>`;
}

/** One text where every grant is restricted alike. */
function limits(grants: readonly ReportGrant[]): string {
  const texts = new Set(grants.map((grant) => grant.limits.join(", ")));
  if (texts.size === 0) return "–";
  if (texts.size > 1) return "varies";
  return [...texts][0] || "none";
}

function details(key: Placed["key"]): Html {
  const known = new Set<string>(NAMED);
  const other = key.grants.filter(
    ({ resource, action }) => !known.has(resource) || !(SLOTS as readonly string[]).includes(action),
  );
  const alike = Map.groupBy(key.grants, (grant) => grant.limits.join(", ") || "unrestricted");
  const lines: [string, string | undefined][] = [
    ["Id", key.id],
    ["Description", key.description],
    ["Owner", key.owner],
    ["Created", key.createdAt],
    ["Note", key.note],
    ["Stands out", key.wide.join("; ") || undefined],
    ["Outside the catalogue", other.map(({ resource, action }) => `${resource}:${action}`).join(", ") || undefined],
    ...[...alike].map(([limit, of]): [string, string] => [
      `May, ${limit}`,
      of.map(({ resource, action }) => `${resource}:${action}`).join(", "),
    ]),
  ];
  return html`<dl>${lines.map(([term, text]) => text !== undefined && html`<div><dt>${term}</dt><dd>${text}</dd></div>`)}</dl>`;
}
