import { isListed } from "../contract/addresses.ts";
import type { KeyRecord } from "../store/keyRow.ts";
import type { DataTarget } from "./operation.ts";

/** What a request with an issued key asks for, about which chain, and from which address. */
interface DataRequest extends DataTarget {
  chain: string;
  client: string;
}

/** Whether one of a key's permissions covers a request, all of its restrictions included. An empty list allows nothing. */
export function allows(permissions: KeyRecord["doc"]["permissions"], asked: DataRequest): boolean {
  return permissions.some(({ resource, actions, restrictions = {} }) => {
    if (resource !== "all" && resource !== asked.resource) return false;
    if (!actions.includes("all") && !actions.includes(asked.action)) return false;
    const { identities, chains, ipWhitelist } = restrictions;
    if (identities !== undefined && !identities.some((one) => one.toLowerCase() === asked.identity.toLowerCase()))
      return false;
    if (chains !== undefined && !chains.includes(asked.chain)) return false;
    return ipWhitelist === undefined || isListed(asked.client, ipWhitelist);
  });
}

/** Whether a key may do everything everywhere; with the mode `issuedKeysManage` such a key manages keys. */
export function allowsEverything(permissions: KeyRecord["doc"]["permissions"]): boolean {
  return permissions.some(
    ({ resource, actions, restrictions }) =>
      resource === "all" && actions.includes("all") && Object.keys(restrictions ?? {}).length === 0,
  );
}
