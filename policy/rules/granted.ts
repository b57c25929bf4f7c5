import { expand, type Grant } from "../grants/catalogue.ts";
import type { KeyView, PermissionView } from "../key/view.ts";
import { anyGlobMatches } from "../settings/glob.ts";
import { choice } from "../settings/parameters.ts";

/** One grant of a key, with the place it was written at. */
export interface Granted {
  readonly grant: Grant;
  readonly path: string;
  readonly permission: PermissionView;
}

/** Every grant a key would have, `all` expanded, each with the action that gives it. Unknown names give none. */
export function granted(key: KeyView): Granted[] {
  return key.permissions.flatMap((permission) =>
    permission.actions.flatMap((action) =>
      expand(permission.resource ?? "", action.value).map((grant) => ({ grant, path: action.path, permission })),
    ),
  );
}

/** True if a key is on a list of logical names (globs), the way a rule is opened for single keys. */
export function isListed(keys: readonly string[], name: string): boolean {
  return anyGlobMatches(keys, name);
}

/** The parameter of rules that are strict in production only. The policy's own level is the ceiling for both. */
export function outsideProduction(preset: "advisory" | "mandatory" | "off") {
  return choice(
    "What a violation does outside production: `mandatory` = as in production, `advisory` = shown only, `off` = nothing.",
    ["mandatory", "advisory", "off"],
    preset,
  );
}

/**
 * True if a permission is confined to identities or chains. A member that stands for every one confines to nothing:
 * `*` in both, and for chains, which have no form of their own, words such as `all`, `Any` and `eip155:all`.
 */
export function confines({ identities, chains }: Pick<PermissionView, "identities" | "chains">): boolean {
  if (identities.present && !identities.items.some(({ value }) => value.includes("*"))) return true;
  return chains.present && !chains.items.some(({ value }) => isEveryChain(value));
}

const EVERY: ReadonlySet<string> = new Set(["all", "any", "every", "everything", "wildcard"]);

export function isEveryChain(value: string): boolean {
  const words = value.toLowerCase().split(/[^a-z0-9]+/);
  return value.includes("*") || words.some((word) => EVERY.has(word));
}

export const DAY_MS = 86_400_000;

/** `[a, b]` as "a and b", for words of the closed vocabulary. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
