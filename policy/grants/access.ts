import { compareGrants, type Granting } from "../../provider/domain/grants.ts";
import type { ListView, PermissionView } from "../key/view.ts";
import { expand, type Grant } from "./catalogue.ts";

/** The grants a permission adds to what a live key has; restrictions count. */
export function newGrants(proposed: PermissionView, live: readonly Granting[]): Grant[] {
  // A list of which no entry is known yet may name nobody new: `up` judges it.
  const lists = [proposed.identities, proposed.chains, proposed.ipWhitelist];
  if (lists.some(({ present, items }) => present && items.length === 0)) return [];
  const { wider } = compareGrants(live, [grantingOf(proposed)]);
  // A word outside the catalogue may be a value of the program: `check` refuses it, and no message shows it.
  return wider.flatMap(({ resource, action }) => expand(resource, action));
}

/** A permission of the pack's view as the comparison takes it. */
export function grantingOf({ resource, actions, identities, chains, ipWhitelist }: PermissionView): Granting {
  return {
    resource: resource ?? "",
    actions: actions.map(({ value }) => value),
    restrictions: { identities: valuesOf(identities), chains: valuesOf(chains), ipWhitelist: valuesOf(ipWhitelist) },
  };
}

function valuesOf({ present, items }: ListView): string[] | undefined {
  return present ? items.map(({ value }) => value) : undefined;
}
