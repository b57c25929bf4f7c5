import { sortedRestrictions } from "../domain/canonical.ts";
import type { KeyInputs, Permission, Webhook } from "../domain/inputs.ts";
import { stepsOf } from "../domain/places.ts";
import type { Problem } from "../domain/rules.ts";
import { sameJson } from "../domain/stable.ts";
import { hasUnknown } from "../domain/unknown.ts";

/**
 * The engine takes what `ignoreChanges` names from the old inputs, by its place in the list, before anything of ours is
 * asked. Where another entry stands at that place, it has mixed two of them: the actions of one with the resource of the
 * other. Such a path can't be honoured.
 */
export function ignoredProblems(olds: object, news: KeyInputs): Problem[] {
  const before = olds as Partial<KeyInputs>; // a border: `check` or `read` gave them
  if (before.ownership === undefined || hasUnknown(news.permissions) || hasUnknown(news.webhooks)) return [];
  return (news.ownership.ignored ?? []).flatMap((path) => {
    const steps = stepsOf(path);
    const list = steps[0] === "webhooks" ? "webhooks" : "permissions";
    if (sameJson(before[list], news[list])) return [];
    if (before.ownership?.ignored === undefined) {
      return refusal(
        path,
        "release 0.1.0 wrote the state, with lists in an order of its own; run `pulumi up` once without this option",
      );
    }
    const problem = mixed(before, news, steps) ?? doubled(before, news, steps);
    return problem === undefined ? [] : refusal(path, problem);
  });
}

function refusal(path: string, text: string): Problem[] {
  return [{ path: `ignoreChanges "${path}"`, text: `can't be honoured: ${text}` }];
}

/** Something inside an entry is ignored, and another entry stands there now. */
function mixed(before: Partial<KeyInputs>, news: KeyInputs, [list, at, ...inner]: string[]): string | undefined {
  if (inner.length === 0 || inner[0] === "resource" || inner[0] === "url") return undefined;
  const places = at === "*" ? [...(before.permissions ?? before.webhooks ?? []).keys()] : [Number(at)];
  const other = places.find((place) =>
    list === "webhooks"
      ? differs(before.webhooks?.[place]?.url, news.webhooks?.[place]?.url)
      : isOther(before.permissions ?? [], news.permissions, place),
  );
  if (other === undefined) return undefined;
  return `${list}[${other}] is another entry than in the state, and what is ignored would go from one to the other; keep the list's order, or ignore "${list}" as a whole`;
}

function isOther(before: readonly Permission[], news: readonly Permission[], place: number): boolean {
  const [old, now] = [before[place], news[place]];
  if (old === undefined || now === undefined) return false;
  if (old.resource !== now.resource) return true;
  const several = [before, news].some((list) => list.filter(({ resource }) => resource === now.resource).length > 1);
  return several && !sameJson(sortedRestrictions(old.restrictions), sortedRestrictions(now.restrictions));
}

/** One member of a set is ignored, and the set holds its old value twice now: another member is lost. */
function doubled(before: Partial<KeyInputs>, news: KeyInputs, steps: readonly string[]): string | undefined {
  const place = Number(steps.at(-1));
  const [old, now] = [before, news].map((inputs) => listAt(inputs, steps.slice(0, -1)));
  if (!Number.isInteger(place) || old === undefined || now === undefined) return undefined;
  const twin = now.findIndex((item, index) => index !== place && sameJson(item, now[place]));
  if (twin === -1 || sameJson(old[twin], old[place])) return undefined;
  return "the list holds the ignored entry twice now, so another one would be lost; keep the list's order, or ignore the whole list";
}

function listAt(inputs: Partial<KeyInputs>, steps: readonly string[]): unknown[] | undefined {
  const value = steps.reduce<unknown>(
    (inner, step) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, step) : undefined),
    inputs,
  );
  return Array.isArray(value) ? value : undefined;
}

function differs(a: Webhook["url"] | undefined, b: Webhook["url"] | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}
