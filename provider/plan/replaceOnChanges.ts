import type { KeyInputs, KeyState } from "../domain/inputs.ts";
import { pathSteps } from "../domain/options.ts";
import { stableJson } from "../domain/stable.ts";

/**
 * Of the changed fields, those that `replaceOnChanges` names. The engine's own way needs a detailed diff, which the
 * dynamic-provider process can't give. A path into a list means any of its entries: lists are sets here.
 */
export function forcedFields(changed: readonly string[], olds: KeyState, news: KeyInputs): string[] {
  const paths = (news.options?.replaceOnChanges ?? []).flatMap((path) => {
    const steps = pathSteps(path);
    return steps === undefined ? [] : [steps];
  });
  return changed.filter((field) => paths.some((steps) => concerns(steps, field, olds, news)));
}

function concerns([first, ...rest]: (string | number)[], field: string, olds: KeyState, news: KeyInputs): boolean {
  if (first === "*") return true;
  // A derived name changes with its prefix.
  if (first !== field && !(first === "namePrefix" && field === "name")) return false;
  if (rest.length === 0 || olds.drift?.[field] !== undefined) return true;
  return valuesAt(Reflect.get(olds, field), rest) !== valuesAt(Reflect.get(news, field), rest);
}

/** All values at a path, in a text that doesn't depend on the order of lists. */
function valuesAt(value: unknown, [step, ...rest]: readonly (string | number)[]): string {
  if (step === undefined) return stableJson(value) ?? "";
  const bag = typeof value === "object" && value !== null ? value : {};
  const inner: unknown[] = step === "*" ? Object.values(bag) : [Reflect.get(bag, step)];
  return stableJson(inner.map((entry) => valuesAt(entry, rest)).sort());
}
