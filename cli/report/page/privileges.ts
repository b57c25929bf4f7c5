import { smallerText } from "../../../provider/domain/usedGrants.ts";
import type { ReportData, ReportKey } from "../data.ts";
import { type Html, html } from "./html.ts";
import { keyLink, type Placed, section, table } from "./parts.ts";
import { grouped, IDLE_DAYS, isIdle } from "./words.ts";

/** Keys that nobody uses, and grants that no request needed, with the smaller list. */
export function privileges(data: ReportData, keys: readonly Placed[]): Html {
  const of = keys.filter(({ key }) => isIdle(key) || key.unused !== undefined);
  const watched =
    data.watched === undefined
      ? ""
      : ` Grants were watched for ${data.watched.days} days, and by resource: usage doesn't tell a read from a write. A key younger than 14 days isn't judged.`;
  const lead = `Idle: no request for more than ${IDLE_DAYS} days. What nobody uses should go.${watched}`;
  if (of.length === 0) {
    const none =
      data.watched === undefined
        ? "Not known: the account was not asked."
        : "Nothing: every key is in use, and so is every resource it may touch, as far as usage tells.";
    return section("unused", "Idle keys and unused grants", lead, html`<p>${none}</p>`);
  }
  const sorted = [...of].sort((a, b) => (b.key.idleDays ?? 0) - (a.key.idleDays ?? 0));
  const columns = [
    { title: "Key" },
    { title: "Idle for", className: "n" },
    { title: "Not needed" },
    { title: "Enough would be", sorts: false },
  ];
  const rows = sorted.map((placed) => row(placed));
  return section(
    "unused",
    "Idle keys and unused grants",
    lead,
    table("unneeded", "What is not needed, and what would be enough", columns, rows),
  );
}

function row(placed: Placed): Html {
  const { key, place } = placed;
  const idle = isIdle(key) ? `${grouped(key.idleDays ?? 0)} d${key.neverUsed ? ", never used" : ""}` : "in use";
  return html`<tr role="row" data-k="${place}"><th scope="row" role="rowheader">${keyLink(placed)}</th><td role="cell" class="n nb" data-v="${isIdle(key) ? (key.idleDays ?? 0) : -1}">${idle}</td><td role="cell">${notNeeded(key)}</td><td role="cell">${enough(key)}</td></tr>`;
}

function notNeeded({ unused, idleDays, relation }: ReportKey): string {
  if (isIdle({ idleDays, relation } as ReportKey)) return "the whole key";
  return unused?.resources.join(", ") ?? "";
}

function enough(key: ReportKey): Html | string {
  if (isIdle(key))
    return key.relation === "foreign" ? "no key: find its owner, then revoke it" : "no key: remove it from its program";
  const list = key.unused?.smaller.map(smallerText).join(", ");
  const confined = key.grants.some(({ limits }) => limits.length > 0);
  return html`<code>permissions: [${list}]</code>${confined && html` <span class="dim">with the restrictions it has</span>`}`;
}
