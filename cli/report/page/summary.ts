import { instantMs } from "../../../provider/domain/instant.ts";
import type { ReportData } from "../data.ts";
import { type Html, html } from "./html.ts";
import type { Placed } from "./parts.ts";
import {
  counted,
  DAY_MS,
  grouped,
  isIdle,
  needsALook,
  nextOf,
  RELATIONS,
  SOON_DAYS,
  STANDING_MEANS,
  standing,
} from "./words.ts";

/** Of what, from what, and when. */
export function header(data: ReportData): Html {
  const { account, states, ended } = data.sources;
  const from = [
    ...(account === "not asked" ? [] : [`the account at ${data.endpoint}`]),
    ...states.map(
      ({ stack, writtenAt }) =>
        `the state of ${stack || "an empty stack"}${writtenAt === undefined ? "" : ` of ${minute(writtenAt)}`}`,
    ),
  ];
  const sections = [
    ...(data.changes === undefined ? [] : [["changes", "Changes"]]),
    ...[
      ["access", "Access"],
      ["ends", "Expiry"],
      ["usage", "Usage"],
      ["unused", "Unused"],
      ["policies", "Policies"],
    ],
  ];
  return html`<a class="skip" href="#main">To the report</a><header><h1>API keys: access report</h1>
<p>${minute(data.madeAt)} UTC, from ${from.join(", ")}.${ended > 0 && ` Not shown: ${grouped(ended)} revoked or expired.`}</p>
${account === "incomplete" && html`<p class="bad">The account's listing contradicts itself, also when asked again: keys may be missing here.</p>`}
<nav aria-label="Sections"><ul>${sections.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav></header>`;
}

/** What filters every table at once. Without a script it only counts. */
export function toolbar(data: ReportData, keys: readonly Placed[]): Html {
  const now = instantMs(data.madeAt) ?? 0;
  const flagged = new Set(data.findings.filter(({ level }) => level === "mandatory").map(({ keyId }) => keyId));
  const count = (test: (placed: Placed) => boolean) => keys.filter(test).length;
  const soon = ({ key }: Placed) => (nextOf(key)?.ms ?? Number.POSITIVE_INFINITY) - now <= SOON_DAYS * DAY_MS;
  const tiles: [string, string, number, string][] = [
    ["wide", "wide", count(({ key }) => key.wide.length > 0), "bad"],
    ["look", "orphaned, pending or missing", count(({ key }) => needsALook(key)), "bad"],
    ["finding", "against a mandatory policy", count(({ key }) => flagged.has(key.id)), "bad"],
    ["soon", `due in ${SOON_DAYS} days`, count(soon), "near"],
    ["overlap", "in an overlap", count(({ key }) => key.relation === "retired"), ""],
    ["idle", "idle", count(({ key }) => isIdle(key)), "near"],
    ["unused", "with unused grants", count(({ key }) => key.unused !== undefined), "near"],
  ];
  const relations = RELATIONS.filter((relation) => keys.some(({ key }) => key.relation === relation));
  const options = relations.map((relation) => {
    const of = count(({ key }) => key.relation === relation);
    return html`<option value="${relation}" title="${STANDING_MEANS[relation]}">${standing({ relation })} (${grouped(of)})</option>`;
  });
  return html`<form id="filter" role="search" aria-label="Filter all tables"><div class="fields">
<label>Find <input id="q" type="search" placeholder="name, id, stack, owner" autocomplete="off"></label>
<label>Standing <select id="r"><option value="">any</option>${options}</select></label>
<output id="n">${counted(keys.length, "key")}</output><button type="reset">Show all</button></div>
<div class="tiles" role="group" aria-label="Only keys that are">${tiles.map(
    ([flag, text, of, kind]) =>
      html`<button type="button" class="tile ${of > 0 && kind}" data-flag="${flag}" aria-pressed="false"${of === 0 && html` disabled`}><b>${grouped(of)}</b> ${text}</button>`,
  )}</div></form>`;
}

/** What each standing on the page means. */
export function legend(keys: readonly Placed[]): Html {
  const relations = RELATIONS.filter((relation) => keys.some(({ key }) => key.relation === relation));
  return html`<p class="means">${relations.map((relation) => html`<span><b>${standing({ relation })}</b> ${STANDING_MEANS[relation]}</span>`)}</p>`;
}

function minute(instant: string): string {
  return instant.slice(0, 16).replace("T", " ");
}
