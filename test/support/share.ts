/** `npm run prove:engine` and the other long proofs; `npm test` runs a share of what takes the real engine long. */
export const whole = process.env["ZKSCORE_WHOLE"] === "1";

/** Those that `npm test` runs too, and all of them with ZKSCORE_WHOLE=1. Prints how many of how many it takes. */
export function share<T>(what: string, all: readonly T[], kept: (one: T) => boolean): readonly T[] {
  if (whole) return all;
  const some = all.filter(kept);
  if (some.length === 0) throw new Error(`${what}: the share is empty`);
  console.log(`${what}: ${some.length} of ${all.length}; all of them: npm run prove:engine`);
  return some;
}

/** Whether a long test runs, for `test.runIf`. `npm test` leaves out what others of its tests cover in part, and says so. */
export function inWhole(what: string): boolean {
  if (!whole) console.log(`${what}: left to npm run prove:engine`);
  return whole;
}
