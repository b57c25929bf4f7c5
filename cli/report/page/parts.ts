import type { ReportKey } from "../data.ts";
import { type Html, html } from "./html.ts";
import { standing } from "./words.ts";

/** A key with its place on the page: rows of the same place are shown and hidden together. */
export interface Placed {
  readonly key: ReportKey;
  readonly place: number;
}

export interface Column {
  readonly title: string | Html;
  /** A key of `data-v` or the text decides; without it a column doesn't sort. */
  readonly sorts?: boolean;
  readonly className?: string;
}

/**
 * A table in a region of its own that scrolls, with headings that sort it. The style makes its rows boxes of their own, so
 * that those out of sight cost nothing; roles keep saying what they are where a browser would forget it for that.
 */
export function table(id: string, label: string, columns: readonly Column[], rows: readonly Html[]): Html {
  const heads = columns.map(({ title, sorts = true, className = "" }) => {
    const inner = sorts ? html`<button type="button" class="sort">${title}</button>` : title;
    // On paper a browser repeats a heading on each page, but no button.
    const printed = sorts && typeof title === "string" && html` data-title="${title}"`;
    return html`<th scope="col" role="columnheader" class="${className}"${printed}>${inner}</th>`;
  });
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0">
<table role="table" id="${id}"><caption class="vh">${label}</caption><thead role="rowgroup"><tr role="row">${heads}</tr></thead><tbody role="rowgroup">
${rows.map((row) => html`${row}\n`)}</tbody></table></div>`;
}

/** The name of a key as a link to its row in the first table. */
export function keyLink({ key, place }: Placed): Html {
  return html`<a href="#k${place}">${key.name}</a>`;
}

export function chip(key: ReportKey): Html {
  return html`<span class="chip ${key.relation}">${standing(key)}</span>`;
}

export function section(id: string, title: string, lead: Html | string, body: Html): Html {
  return html`<section id="${id}" aria-labelledby="${id}-h"><h2 id="${id}-h">${title}</h2><p class="lead">${lead}</p>${body}</section>`;
}
