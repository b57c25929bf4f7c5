/** A set of whole numbers: ranges with both ends, sorted, apart from each other. */
export type Spans = readonly (readonly [from: bigint, to: bigint])[];

/** The set of any ranges, whatever their order and overlap. */
export function spansOf(ranges: Spans): Spans {
  const merged: [bigint, bigint][] = [];
  for (const [from, to] of ranges.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
    const last = merged.at(-1);
    if (last === undefined || from > last[1] + 1n) merged.push([from, to]);
    else if (to > last[1]) last[1] = to;
  }
  return merged;
}

export function intersection(a: Spans, b: Spans): Spans {
  const both: [bigint, bigint][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [x, y] = [a[i], b[j]];
    if (x === undefined || y === undefined) break;
    const [from, to] = [x[0] > y[0] ? x[0] : y[0], x[1] < y[1] ? x[1] : y[1]];
    if (from <= to) both.push([from, to]);
    if (x[1] < y[1]) i++;
    else j++;
  }
  return both;
}

/** What `a` has and `b` hasn't. */
export function difference(a: Spans, b: Spans): Spans {
  const left: [bigint, bigint][] = [];
  let at = 0;
  for (const [from, to] of a) {
    let next = from;
    while (b[at] !== undefined && (b[at]?.[1] ?? 0n) < from) at++;
    for (let cut = at; next <= to; cut++) {
      const other = b[cut];
      if (other === undefined || other[0] > to) break;
      if (other[0] > next) left.push([next, other[0] - 1n]);
      next = other[1] + 1n;
    }
    if (next <= to) left.push([next, to]);
  }
  return left;
}

/** How many numbers the set has. */
export function sizeOf(spans: Spans): bigint {
  return spans.reduce((sum, [from, to]) => sum + to - from + 1n, 0n);
}
