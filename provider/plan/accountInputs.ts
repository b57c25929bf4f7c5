import { canonical, normalised } from "../domain/canonical.ts";
import { FIELDS, type FieldName, fieldsIn } from "../domain/fields.ts";
import type { KeyInputs, KeyState } from "../domain/inputs.ts";
import { isoSeconds } from "../domain/instant.ts";
import { sameJson } from "../domain/stable.ts";

/**
 * What drifted, as inputs: as the program would have to write it to agree with the account. `ignoreChanges` hands them
 * back, so the program then agrees.
 */
export function accountInputs(state: KeyState): Partial<KeyInputs> {
  const { drift = {} } = state;
  const inputs = fieldsIn(drift).map((name) => FIELDS[name].asInput(state, drift[name]));
  return normalised(Object.assign({}, ...inputs) as Partial<KeyInputs>);
}

/** An end as drift holds it (epoch ms, or the server's own words), as an instant; `undefined` = none. */
export function endOf(end: unknown): string | undefined {
  return typeof end === "number" ? isoSeconds(end) : String(end ?? "") || undefined;
}

/** Fields that drifted and that the program wants as the account has them: nothing is to be mended there. */
export function acceptedDrift(olds: KeyState, news: KeyInputs): Set<FieldName> {
  const drifted = fieldsIn(olds.drift ?? {});
  if (drifted.length === 0) return new Set();
  const has = canonical(accountInputs(olds));
  return new Set(
    drifted.filter((name) => {
      const set = FIELDS[name].inputs.filter((input) => has[input] !== undefined || news[input] !== undefined);
      // A derived name without a prefix is no word of the program about the name that somebody gave.
      if (name === "name" && set.length === 0) return false;
      return set.every((input) => sameJson(has[input], news[input]));
    }),
  );
}

/**
 * Accepted lists of which `ignoreChanges` means places: they stay drift. Their base line keeps the program's entries, those
 * too that the account has no more: without them a place would mean another entry.
 */
export function keptDrift(olds: KeyState, news: KeyInputs): Set<FieldName> {
  if ((news.ownership.ignored ?? []).length === 0) return new Set();
  return new Set([...acceptedDrift(olds, news)].filter((name) => FIELDS[name].places));
}
