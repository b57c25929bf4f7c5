import type { ReportData, ReportFinding } from "../data.ts";
import { type Html, html } from "./html.ts";
import { keyLink, type Placed, section } from "./parts.ts";
import { counted, grouped } from "./words.ts";

const SEVERITIES = ["critical", "high", "medium", "low"];

/** What the policies find, a fold a policy, the gravest first. */
export function findings(data: ReportData, keys: readonly Placed[]): Html {
  const places = new Map(keys.map((placed) => [placed.key.id, placed]));
  const groups = Map.groupBy(data.findings, ({ policy }) => policy);
  const lead =
    data.notJudged === undefined
      ? `${counted(data.findings.length, "finding")} at ${counted(new Set(data.findings.map(({ keyId }) => keyId)).size, "key")}, by ${data.policies.length} policies with their defaults. Of a key that no state was given for, what only its program says isn't judged.`
      : `The policies did not judge: ${data.notJudged}.`;
  const rank = (severity: string) => SEVERITIES.indexOf(severity);
  const policies = data.policies
    .filter(({ id }) => groups.has(id))
    .sort(
      (a, b) =>
        rank(a.severity) - rank(b.severity) || (groups.get(b.id)?.length ?? 0) - (groups.get(a.id)?.length ?? 0),
    );
  const folds = policies.map((policy) => fold(policy, groups.get(policy.id) ?? [], places));
  return section("policies", "Findings of the policies", lead, html`<div class="folds">${folds}</div>`);
}

function fold(
  policy: ReportData["policies"][number],
  of: readonly ReportFinding[],
  places: ReadonlyMap<string, Placed>,
): Html {
  const { id, title, severity, description } = policy;
  const mandatory = of.filter(({ level }) => level === "mandatory").length;
  const counts =
    mandatory === of.length
      ? `${grouped(mandatory)} mandatory`
      : mandatory === 0
        ? `${grouped(of.length)} advisory`
        : `${grouped(mandatory)} mandatory, ${grouped(of.length - mandatory)} advisory`;
  // What is said alike of many keys is said once.
  const alike = [
    ...Map.groupBy(of, ({ path, message, fix, level }) => JSON.stringify([path, message, fix, level])).values(),
  ];
  const items = alike.sort((a, b) => b.length - a.length).map((same) => item(same, places));
  return html`<details class="fold"><summary><span class="sev ${severity}">${severity}</span> <b>${title}</b> <span class="dim">${id}</span> <span class="count">${counts}</span></summary>
<p>${description}</p><ul>${items}</ul></details>`;
}

function item(same: readonly ReportFinding[], places: ReadonlyMap<string, Placed>): Html {
  const [first] = same;
  if (first === undefined) return html``;
  const keys = [...new Set(same.map(({ keyId }) => keyId))].flatMap((keyId) => places.get(keyId) ?? []);
  const links = keys.map(
    (placed, index) => html`<span data-k="${placed.place}">${keyLink(placed)}${index < keys.length - 1 && ", "}</span>`,
  );
  return html`<li>${first.path !== "" && html`<code>${first.path}</code> `}${first.message}${first.level === "advisory" && html` <span class="chip">advisory</span>`}
<div class="fix">To fix: ${first.fix}</div><div class="who">${counted(keys.length, "key")}: ${links}</div></li>`;
}
