/** Durations are written as a whole number and one unit: `30s`, `15m`, `24h`, `90d`, `2w`. */
const UNITS = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const;
const PATTERN = /^(\d{1,9})([smhdw])$/;

/** A duration no key can mean: ten years. Longer ones are refused in `check`. */
export const LONGEST_MS = 3_653 * UNITS.d;

/** Milliseconds of a duration such as `90d`, or `undefined` if the text isn't one. */
export function durationMs(text: string): number | undefined {
  const match = PATTERN.exec(text.trim().toLowerCase());
  if (match === null) return undefined;
  const [, count, unit] = match;
  return Number(count) * UNITS[unit as keyof typeof UNITS]; // the pattern allows only these units
}

/** The one spelling of a duration: the largest of `d`, `h`, `m`, `s` that divides it (`24h` and `1d` are both `1d`). */
export function canonicalDuration(text: string): string {
  const ms = durationMs(text);
  if (ms === undefined) return text;
  for (const unit of ["d", "h", "m"] as const) {
    if (ms > 0 && ms % UNITS[unit] === 0) return `${ms / UNITS[unit]}${unit}`;
  }
  return `${ms / UNITS.s}s`;
}

/** A span as a duration: to the second, or to the day where that has too many digits. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / UNITS.s));
  return canonicalDuration(seconds < 1e9 ? `${seconds}s` : `${Math.ceil(ms / UNITS.d)}d`);
}

/** A span for a person: `3 days 4 h`, `12 min`, `45 s`. */
export function describeMs(ms: number): string {
  const total = Math.max(0, Math.round(ms / 1000));
  const days = Math.floor(total / 86_400);
  const hours = Math.floor((total % 86_400) / 3_600);
  const minutes = Math.floor((total % 3_600) / 60);
  if (days > 0) return hours > 0 ? `${days} d ${hours} h` : `${days} d`;
  if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`;
  return minutes > 0 ? `${minutes} min` : `${total} s`;
}
