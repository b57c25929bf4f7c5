import { createHash } from "node:crypto";
import type { ReportData, ReportKey } from "../data.ts";
import { changes } from "./changes.ts";
import { findings } from "./findings.ts";
import { html, markupOf, raw } from "./html.ts";
import { matrix } from "./matrix.ts";
import type { Placed } from "./parts.ts";
import { privileges } from "./privileges.ts";
import { STYLE } from "./style.ts";
import { header, legend, toolbar } from "./summary.ts";
import { timeline } from "./timeline.ts";
import { usage } from "./usage.ts";

/**
 * The whole page. Nothing outside it is loaded: its policy allows the one style and the one script in it, by their
 * digests, and nothing else. It carries its data along, for `--since`. `script`: what makes it filter and sort.
 */
export function pageOf(data: ReportData, script: string): string {
  const keys = [...data.keys].sort(widestFirst).map((key, place): Placed => ({ key, place }));
  const policy = `default-src 'none'; style-src '${digest(STYLE)}'; script-src '${digest(script)}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>\n${markupOf(html`<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">
<title>API keys: access report of ${data.madeAt.slice(0, 10)}</title><style>${raw(STYLE)}</style></head><body>
${header(data)}
${toolbar(data, keys)}
<main id="main">
${legend(keys)}
${[changes(data), matrix(data, keys), timeline(data, keys), usage(data, keys), privileges(data, keys), findings(data, keys)]}
</main>
<script type="application/json" id="data">${raw(inScript(data))}</script>
<script>${raw(script)}</script>
</body></html>`)}\n`;
}

function digest(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

/** JSON that can't end the element it stands in. Its texts are clean already. */
function inScript(data: ReportData): string {
  return JSON.stringify(data).replaceAll("<", "\\u003c");
}

/** The data that a page carries along; `undefined` if it isn't one. */
export function dataInPage(page: string): string | undefined {
  return /<script type="application\/json" id="data">([^<]*)<\/script>/.exec(page)?.[1];
}

function widestFirst(a: ReportKey, b: ReportKey): number {
  const weight = ({ wide, grants }: ReportKey) => {
    return wide.length * 100 + grants.filter(({ action }) => action !== "read").length * 3 + grants.length;
  };
  return weight(b) - weight(a) || (a.name < b.name ? -1 : 1);
}
