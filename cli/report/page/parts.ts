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
  /** Read out in place of the title. */
  readonly label?: string;
}

/** A table in a region of its own that scrolls, with headings that sort it. */
export function table(id: string, label: string, columns: readonly Column[], rows: readonly Html[]): Html {
  const heads = columns.map(({ title, sorts = true, className = "", label: spoken }) => {
    const inner = sorts ? html`<button type="button" class="sort">${title}</button>` : title;
    return html`<th scope="col" class="${className}"${spoken === undefined ? "" : html` aria-label="${spoken}"`}>${inner}</th>`;
  });
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0">
<table id="${id}"><caption class="vh">${label}</caption><thead><tr>${heads}</tr></thead><tbody>
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
