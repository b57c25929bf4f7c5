import { isListed } from "../contract/addresses.ts";
import type { KeyRecord } from "../store/keyRow.ts";

/** What a request with an issued key wants to do. */
export interface Wish {
  resource: string;
  action: "read" | "write" | "delete";
  identity: string;
  chain: string;
  client: string;
}

/** Whether one of a key's permissions covers the wish, all of its restrictions included. An empty list allows nothing. */
export function allows(permissions: KeyRecord["doc"]["permissions"], wish: Wish): boolean {
  return permissions.some(({ resource, actions, restrictions = {} }) => {
    if (resource !== "all" && resource !== wish.resource) return false;
    if (!actions.includes("all") && !actions.includes(wish.action)) return false;
    const { identities, chains, ipWhitelist } = restrictions;
    if (identities !== undefined && !identities.some((one) => one.toLowerCase() === wish.identity.toLowerCase()))
      return false;
    if (chains !== undefined && !chains.includes(wish.chain)) return false;
    return ipWhitelist === undefined || isListed(wish.client, ipWhitelist);
  });
}

/** Whether a key may do everything everywhere; with the mode `issuedKeysManage` such a key manages keys. */
export function allowsEverything(permissions: KeyRecord["doc"]["permissions"]): boolean {
  return permissions.some(
    ({ resource, actions, restrictions }) =>
      resource === "all" && actions.includes("all") && Object.keys(restrictions ?? {}).length === 0,
  );
}
