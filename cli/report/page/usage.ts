import { instantMs } from "../../../provider/domain/instant.ts";
import type { ReportData, ReportKey } from "../data.ts";
import { type Html, html } from "./html.ts";
import { keyLink, type Placed, section, table } from "./parts.ts";
import { counted, DAY_MS, day, grouped, relative } from "./words.ts";

/** What the keys are used for: all of them by day, and each. */
export function usage(data: ReportData, keys: readonly Placed[]): Html {
  const { watched } = data;
  if (watched === undefined) {
    return section("usage", "Usage", "Only the account knows it, and it was not asked.", html``);
  }
  const now = instantMs(data.madeAt) ?? 0;
  const known = keys.filter(({ key }) => key.usage !== undefined);
  const sorted = [...known].sort((a, b) => (b.key.usage?.requests ?? 0) - (a.key.usage?.requests ?? 0));
  const total = sorted.reduce((sum, { key }) => sum + (key.usage?.requests ?? 0), 0);
  const missing =
    watched.notKnown === 0
      ? ""
      : ` Not known for ${counted(watched.notKnown, "key")} (${watched.why ?? "not answered"}).`;
  const cut = known.filter(({ key }) => key.usage?.whole === false).length;
  const partly =
    cut === 0
      ? ""
      : ` Of ${counted(cut, "key")} the API gave fewer days than it counts requests: the lines are incomplete there.`;
  const lead = `${counted(total, "request")} in ${watched.days} days, ${day(watched.from)} to ${day(watched.to)}. Each line in the table has a scale of its own.${missing}${partly}`;
  const columns = [
    { title: "Key" },
    { title: "Requests", className: "n" },
    { title: "Busiest day", className: "n" },
    { title: "Last used" },
    { title: `${watched.days} days`, sorts: false, className: "axis" },
  ];
  const rows = sorted.map((placed) => row(placed, now));
  return section(
    "usage",
    "Usage",
    lead,
    html`${chart(sorted, watched.from)}${table("use", "Requests of each key", columns, rows)}`,
  );
}

function row(placed: Placed, now: number): Html {
  const { key, place } = placed;
  const { requests = 0, days = [] } = key.usage ?? {};
  const used = key.lastUsed === undefined ? (key.neverUsed ? "never" : "not known") : relative(key.lastUsed, now);
  const max = Math.max(0, ...days);
  const line =
    max === 0
      ? undefined
      : html`<svg class="spark" viewBox="0 0 ${days.length} 20" preserveAspectRatio="none" aria-hidden="true"><path d="${steps(days, max, 20)}"/></svg>`;
  return html`<tr role="row" data-k="${place}"><th scope="row" role="rowheader">${keyLink(placed)}</th><td role="cell" class="n" data-v="${requests}">${grouped(requests)}</td><td role="cell" class="n" data-v="${max}">${grouped(max)}</td><td role="cell" data-v="${instantMs(key.lastUsed ?? "") ?? 0}" class="nb">${used}</td><td role="cell" class="axis">${line}</td></tr>`;
}

/** An area of one step a day. */
function steps(days: readonly number[], max: number, height: number): string {
  const tops = days.map((count) => `V${Math.round(height * (1 - count / max) * 10) / 10}h1`);
  return `M0 ${height}${tops.join("")}V${height}Z`;
}

function chart(keys: readonly { key: ReportKey }[], from: string): Html {
  const [first] = keys;
  const days = (first?.key.usage?.days ?? []).map((_, index) =>
    keys.reduce((sum, { key }) => sum + (key.usage?.days[index] ?? 0), 0),
  );
  const max = Math.max(0, ...days);
  if (max === 0) return html`<p>No request in this time.</p>`;
  const start = instantMs(from) ?? 0;
  const date = (index: number) => new Date(start + index * DAY_MS).toISOString().slice(0, 10);
  const busiest = days.indexOf(max);
  const label = `Requests of all keys by day, ${date(0)} to ${date(days.length - 1)}: at most ${grouped(max)}, on ${date(busiest)}`;
  const width = 100 / days.length;
  const bars = days.map((count, index) => {
    const height = Math.round((count / max) * 100);
    return html`<rect x="${Math.round((index + 0.1) * width * 100) / 100}%" y="${100 - height}%" width="${Math.round(width * 80) / 100}%" height="${height}%"/>`;
  });
  return html`<figure class="chart"><div class="ys" aria-hidden="true"><span>${grouped(max)}</span><span>0</span></div><svg role="img" aria-label="${label}">${bars}</svg>
<figcaption aria-hidden="true"><span>${date(0)}</span><span>${date(Math.floor(days.length / 2))}</span><span>${date(days.length - 1)}</span></figcaption></figure>`;
}
