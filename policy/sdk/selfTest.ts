import { ApiKey } from "../../provider/resources/apiKey.ts";
import type { Policy } from "../args.ts";
import { API_KEY_TYPE } from "../key/disguise.ts";

/**
 * Stops a pack that could match no key. Policies are bound to a class; with two copies of the package, or a renamed
 * type, every policy would find nothing to judge, and a pack that judges nothing looks like one that finds nothing.
 */
export function assertMatches(policies: readonly Policy[]): void {
  const types = policies.map(({ validateResource, validateStack }) => typeOf(validateResource ?? validateStack));
  const bound = types.filter((type) => type === API_KEY_TYPE).length;
  // All but the settings and the search for disguises, which see every resource, and the exemptions, which need none.
  if (typeOf(ApiKey) === API_KEY_TYPE && bound >= policies.length - 3 && bound > 0) return;
  throw new Error(
    `The policy pack can't match any ${API_KEY_TYPE}: ${bound} of ${policies.length} policies are bound to it. ` +
      "Install one copy of pulumi-zkscore and rebuild it.",
  );
}

function typeOf(value: unknown): unknown {
  return (typeof value === "object" || typeof value === "function") && value !== null
    ? Reflect.get(value, "__pulumiType")
    : undefined;
}
