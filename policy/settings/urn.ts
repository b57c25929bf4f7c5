import { globMatches } from "./glob.ts";

/**
 * Matches a URN part by part: `urn:pulumi:STACK`, project, type, and name, which alone may hold `::`. In a pattern `*` and
 * `?` stay within one part; a part that is `*` alone may stand for several, but never for the last, the name. So
 * `*::legacy-*` means keys whose whole name begins so, not one called `evil::legacy-1`; such a name has to be written out
 * after three parts before it.
 */
export function urnMatches(pattern: string, urn: string): boolean {
  const [stack, project, type, ...name] = urn.split("::");
  if (stack === undefined || project === undefined || type === undefined) return false;
  return partsMatch(pattern.split("::"), [stack, project, type], name.join("::"));
}

/** True if a pattern can mean a resource of this stack (`urn:pulumi:STACK`). */
export function concernsStack(pattern: string, stackUrn: string): boolean {
  return globMatches(pattern.split("::")[0] ?? "", stackUrn);
}

function partsMatch(pattern: readonly string[], place: readonly string[], name: string): boolean {
  const [head, ...rest] = pattern;
  if (head === undefined) return false;
  if (place.length === 0) return nameMatches(pattern.join("::"), name);
  if (rest.length === 0) return head === "*"; // `urn:pulumi:acme-dev::*`: all of a stack
  if (head === "*" && place.some((_, skipped) => skipped > 0 && partsMatch(rest, place.slice(skipped), name)))
    return true;
  if (head === "*" && rest.length === 1 && nameMatches(rest[0] ?? "", name)) return true;
  const [first = "", ...others] = place;
  return globMatches(head, first) && partsMatch(rest, others, name);
}

/** A name with `::` in it is met part by part, too: no `*` reaches over one. */
function nameMatches(pattern: string, name: string): boolean {
  const [wanted, given] = [pattern.split("::"), name.split("::")];
  return wanted.length === given.length && wanted.every((part, index) => globMatches(part, given[index] ?? ""));
}
