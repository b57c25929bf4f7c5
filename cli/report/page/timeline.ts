import { instantMs } from "../../../provider/domain/instant.ts";
import type { ReportData } from "../data.ts";
import { type Html, html } from "./html.ts";
import { keyLink, type Placed, section, table } from "./parts.ts";
import { DAY_MS, day, type Next, nextOf, relative } from "./words.ts";

/** An instant that has passed for a key that is still alive. */
const LATE: Readonly<Record<Next["what"], string>> = {
  "overlap ends": "overlap over",
  "rotation due": "rotation overdue",
  ends: "should have ended",
};
const BACK = 30;
const AHEAD = 90;

/** When keys end, rotate, and stop to overlap, on one axis of days. */
export function timeline(data: ReportData, keys: readonly Placed[]): Html {
  const now = instantMs(data.madeAt) ?? 0;
  const at = (ms: number) => Math.round((((ms - now) / DAY_MS + BACK) / (BACK + AHEAD)) * 1000) / 10;
  const alive = keys.filter(({ key }) => key.relation !== "missing");
  const sorted = [...alive].sort((a, b) => (nextOf(a.key)?.ms ?? 9e15) - (nextOf(b.key)?.ms ?? 9e15));
  const lead = html`${BACK} days back and ${AHEAD} ahead. ${mark("life")} a key lives, ${mark("over")} it lives on only for its overlap,
${mark("due")} its rotation is due, ${mark("late")} overdue (the next <code>up</code> rotates it), ${mark("end")} it ends. ${rotationNote(data)}`;
  const rows = sorted.map((placed) => row(placed, now, at));
  const columns = [
    { title: "Key" },
    { title: "Next" },
    { title: "When" },
    { title: html`<span class="vh">Timeline</span>${axis(now)}`, sorts: false, className: "axis" },
  ];
  return section(
    "ends",
    "Expiry and rotation",
    lead,
    html`${table("timeline", "What comes next for each key", columns, rows)}`,
  );
}

function rotationNote({ sources }: ReportData): string {
  return sources.states.length === 0 ? "Rotation is known from states only; none was given." : "";
}

function axis(now: number): Html {
  const ticks = [-BACK, 0, 30, 60, AHEAD].map((days, index, all) => {
    const anchor = index === 0 ? "start" : index === all.length - 1 ? "end" : "middle";
    const date = days === 0 ? "now" : new Date(now + days * DAY_MS).toISOString().slice(5, 10);
    return html`<text x="${((days + BACK) / (BACK + AHEAD)) * 100}%" y="10" text-anchor="${anchor}">${date}</text>`;
  });
  return html`<svg class="bar" height="12" aria-hidden="true">${ticks}</svg>`;
}

function mark(kind: "life" | "over" | "due" | "late" | "end"): Html {
  const shape =
    kind === "life" || kind === "over" ? html`<rect class="${kind}" y="3" width="16" height="6"/>` : symbol(kind, "8");
  return html`<svg class="key" width="16" height="12" aria-hidden="true">${shape}</svg>`;
}

function symbol(kind: "due" | "late" | "end", x: string): Html {
  const path = kind === "end" ? "M-1.5 -6V6H1.5V-6Z" : "M0 -5L5 0L0 5L-5 0Z";
  return html`<svg x="${x}" y="6" overflow="visible"><path class="${kind}" d="${path}"/></svg>`;
}

function row(placed: Placed, now: number, at: (ms: number) => number): Html {
  const { key, place } = placed;
  const next = nextOf(key);
  const late = next !== undefined && next.ms < now;
  const what = next === undefined ? "never ends" : late ? LATE[next.what] : next.what;
  const when =
    next === undefined
      ? "–"
      : html`<span class="nb">${day(next.at)}</span> <span class="dim nb">${relative(next.at, now)}</span>`;
  const kind = late ? "bad" : next !== undefined && next.ms - now < 7 * DAY_MS ? "near" : "";
  return html`<tr role="row" data-k="${place}"><th scope="row" role="rowheader">${keyLink(placed)}</th><td role="cell" class="${kind}">${what}</td><td role="cell" data-v="${next?.ms ?? 9e15}">${when}</td><td role="cell" class="axis">${bar(key, now, at)}</td></tr>`;
}

function bar(key: Placed["key"], now: number, at: (ms: number) => number): Html {
  const ms = (text: string | undefined) => instantMs(text ?? "");
  const clip = (percent: number) => Math.min(100, Math.max(0, percent));
  const [born, ends, until] = [ms(key.createdAt), ms(key.expiry), ms(key.until)];
  const due = key.until === undefined ? ms(key.rotateAt) : undefined;
  const from = clip(at(born ?? 0));
  const to = clip(at(Math.min(ends ?? 9e15, until ?? 9e15)));
  const over = until === undefined ? undefined : clip(at(now));
  const inside = (instant: number | undefined) => instant !== undefined && at(instant) >= 0 && at(instant) <= 100;
  return html`<svg class="bar" height="12" aria-hidden="true">${
    over === undefined
      ? html`<rect class="life" x="${from}%" y="3" width="${Math.max(0, to - from)}%" height="6"/>`
      : html`<rect class="life" x="${from}%" y="3" width="${Math.max(0, over - from)}%" height="6"/><rect class="over" x="${over}%" y="3" width="${Math.max(0.3, to - over)}%" height="6"/>`
  }${due !== undefined && at(due) <= 100 && symbol(due < now ? "late" : "due", `${clip(at(due))}%`)}${inside(ends) && symbol("end", `${at(ends ?? 0)}%`)}<line class="now" x1="${at(now)}%" x2="${at(now)}%" y2="12"/></svg>`;
}
