const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/i;

/** Epoch milliseconds of an ISO 8601 instant with a zone, or `undefined` if it isn't one. */
export function instantMs(text: string): number | undefined {
  const trimmed = text.trim();
  if (!ISO.test(trimmed)) return undefined;
  const ms = Date.parse(trimmed);
  return Number.isNaN(ms) || impossibleDate(trimmed) ? undefined : ms;
}

/** ISO 8601 in UTC, whole seconds: the one spelling of an instant in state and on the wire. */
export function isoSeconds(ms: number): string {
  return `${new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)}Z`;
}

/** The first whole second at or after `ms`: for promises of the form "not before". */
export function isoSecondsUp(ms: number): string {
  return isoSeconds(Math.ceil(ms / 1000) * 1000);
}

/** `Date.parse` turns 30 February into 2 March; a date that isn't in the calendar is an error here. */
function impossibleDate(text: string): boolean {
  const day = text.slice(0, 10);
  return new Date(`${day}T00:00:00Z`).toISOString().slice(0, 10) !== day;
}
