/** The seed of `npm test`, so that a change is judged by itself; each long proof takes a new one. */
const FIXED = 26_112_026;

/**
 * How many cases a property tries and from which seed. ZKSCORE_CASES sets the cases and with them a new seed;
 * ZKSCORE_SEED repeats a run. Both are printed.
 */
export function drawn(what: string, fewest: number): { readonly numRuns: number; readonly seed: number } {
  const { ZKSCORE_CASES: cases, ZKSCORE_SEED: given } = process.env;
  const seed = Number(given ?? (cases === undefined ? FIXED : Date.now() % 2 ** 31));
  const numRuns = Number(cases ?? fewest);
  console.log(`${what}: seed ${seed}, ${numRuns} cases`);
  return { numRuns, seed };
}
