import { instantMs } from "../../../provider/domain/instant.ts";
import type { Changes, ReportData } from "../data.ts";
import { type Html, html } from "./html.ts";
import { section } from "./parts.ts";
import { day, grouped, relative } from "./words.ts";

type Named = Changes["made"][number];

/** What changed since an earlier report. */
export function changes(data: ReportData): Html {
  const { changes: found } = data;
  if (found === undefined) return html``;
  const now = instantMs(data.madeAt) ?? 0;
  const { made, rotated, gone, changed } = found;
  const wider = changed.filter(({ lines }) => lines.some((line) => line.startsWith("permissions widen")));
  const lead = html`Since ${day(found.since)} (${relative(found.since, now)}): ${grouped(made.length)} made, ${grouped(gone.length)} gone, ${grouped(rotated.length)} rotated, ${grouped(changed.length)} changed, of which ${grouped(wider.length)} may do more.${found.caveats.map((caveat) => html` <span class="bad">Mind: ${caveat}.</span>`)}`;
  const rest = changed.filter((one) => !wider.includes(one));
  const lines = (of: Changes["changed"]) => of.map((one) => ({ one, text: one.lines.join("; ") }));
  const body = html`<div class="changes">${[
    group("May do more", "bad", lines(wider)),
    group(
      "Made",
      "near",
      made.map((one) => ({ one, text: "" })),
    ),
    group("Changed", "", lines(rest)),
    group(
      "Rotated",
      "",
      rotated.map((one) => ({ one, text: `was ${one.was}` })),
    ),
    group(
      "Gone",
      "",
      gone.map((one) => ({ one, text: one.now })),
    ),
    policies(found),
  ]}</div>`;
  return section("changes", "What changed", lead, body);
}

function group(title: string, kind: string, of: readonly { one: Named; text: string }[]): Html {
  if (of.length === 0) return html``;
  return html`<details class="fold"${of.length <= 20 && html` open`}><summary><b class="${kind}">${title}</b> <span class="count">${grouped(of.length)}</span></summary><ul>${of.map(
    ({ one, text }) =>
      html`<li>${one.name} <span class="dim">${one.madeBy ?? one.id}</span>${text !== "" && html`: ${text}`}</li>`,
  )}</ul></details>`;
}

function policies({ findings }: Changes): Html {
  if (findings.length === 0) return html``;
  const items = findings.map(
    ({ policy, more, fewer }) => html`<li><code>${policy}</code>: ${grouped(more)} more, ${grouped(fewer)} fewer</li>`,
  );
  return html`<details class="fold" open><summary><b>Findings of the policies</b></summary><ul>${items}</ul></details>`;
}
