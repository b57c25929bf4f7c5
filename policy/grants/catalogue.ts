import { ACTIONS, RESOURCES } from "../../provider/domain/vocabulary.ts";
import { globMatches } from "../settings/glob.ts";

/** What the use of a grant can do to the account's data, from harmless to irreversible. */
export type Harm = "observe" | "change" | "destroy";

/** One resource with one action, both named: what `all` expands to. */
export interface Grant {
  resource: string;
  action: string;
  harm: Harm;
  /** What somebody with a stolen key can do with it. */
  abuse: string;
}

const HARM: Readonly<Record<string, Harm>> = { read: "observe", write: "change", delete: "destroy" };

/** Why a grant matters, per resource: [read, write, delete]. Argued from what the reference says a resource holds. */
const ABUSE: Readonly<Record<string, readonly [string, string, string]>> = {
  identity: ["map names to wallets", "mint or alter identities", "take identities away"],
  scores: ["profile who is trusted", "raise or lower scores", "erase score history"],
  achievements: ["see what was earned", "award what was not earned", "take achievements away"],
  trading: ["watch positions and orders", "place or alter orders", "cancel orders and drop records"],
  trust: ["see who trusts whom", "make trust appear", "cut trust off"],
  attestations: ["read attested facts", "attest what isn't so", "revoke what is so"],
};

/** Every grant the API knows: its resources × actions, without `all`, which only stands for others. */
export const CATALOGUE: readonly Grant[] = RESOURCES.filter((resource) => resource !== "all").flatMap((resource) =>
  ACTIONS.filter((action) => action !== "all").map((action, index) => ({
    resource,
    action,
    harm: HARM[action] ?? "destroy", // an action nobody has classed counts as the worst
    abuse: ABUSE[resource]?.[index] ?? "unclassed",
  })),
);

const KNOWN_RESOURCES: ReadonlySet<string> = new Set(RESOURCES);
const KNOWN_ACTIONS: ReadonlySet<string> = new Set(ACTIONS);

export function isKnownResource(name: string): boolean {
  return KNOWN_RESOURCES.has(name);
}

export function isKnownAction(name: string): boolean {
  return KNOWN_ACTIONS.has(name);
}

/** The grants that a resource and an action stand for; none if the catalogue doesn't know a name. */
export function expand(resource: string, action: string): readonly Grant[] {
  return CATALOGUE.filter(
    (grant) => (resource === "all" || resource === grant.resource) && (action === "all" || action === grant.action),
  );
}

/** The grants a pattern `resource:action` names, each part a name, `all` or a glob; none if it names nothing known. */
export function matchGrants(pattern: string): readonly Grant[] {
  const [resource = "", action = "", ...rest] = pattern.split(":");
  if (rest.length > 0) return [];
  const fits = (part: string, name: string) => part === "all" || globMatches(part, name);
  return CATALOGUE.filter((grant) => fits(resource, grant.resource) && fits(action, grant.action));
}

/** How a grant is written in messages and patterns. Both words come from the closed catalogue, never from a program. */
export function grantName(grant: Pick<Grant, "resource" | "action">): string {
  return `${grant.resource}:${grant.action}`;
}
