import type { Ownership, Retired } from "./inputs.ts";
import { instantMs } from "./instant.ts";
import { sha256 } from "./stable.ts";

/**
 * The ownership marker: what a key in the account says about whose it is. It travels in the key's metadata under the
 * reserved prefix, as flat strings. A server that drops or caps metadata makes it unreadable: then the key is nobody's
 * and only its id in a state can get it revoked.
 */
export interface Marker {
  project: string;
  stack: string;
  /** Logical name; for people. */
  name: string;
  identity: string;
  owner: string;
  /** Random, new for each attempt to create; also the suffix of a derived name. */
  attempt: string;
  /** Keys this one retires. Equals the `previous` output. */
  retires: Retired[];
  /** Made under `deletionPolicy: retain`: never swept. */
  keep: boolean;
}

const PREFIX = "pulumi:";

export function encodeMarker(marker: Marker): Record<string, string> {
  return {
    [`${PREFIX}project`]: marker.project,
    [`${PREFIX}stack`]: marker.stack,
    [`${PREFIX}name`]: marker.name,
    [`${PREFIX}identity`]: marker.identity,
    [`${PREFIX}owner`]: marker.owner,
    [`${PREFIX}attempt`]: marker.attempt,
    ...(marker.retires.length > 0
      ? { [`${PREFIX}retires`]: marker.retires.map((r) => `${r.keyId}@${r.revokeAfter}`).join(",") }
      : {}),
    ...(marker.keep ? { [`${PREFIX}keep`]: "true" } : {}),
  };
}

/** The marker of a key, or `undefined` where any part that decides ownership is missing or malformed. */
export function decodeMarker(metadata: Readonly<Record<string, unknown>> | null | undefined): Marker | undefined {
  if (metadata === null || metadata === undefined) return undefined;
  const field = (name: string): string | undefined => {
    const value = Object.hasOwn(metadata, PREFIX + name) ? metadata[PREFIX + name] : undefined;
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const [project, stack, name] = [field("project"), field("stack"), field("name")];
  const [identity, owner, attempt] = [field("identity"), field("owner"), field("attempt")];
  const retires = decodeRetires(field("retires"));
  if (project === undefined || stack === undefined || name === undefined || retires === undefined) return undefined;
  if (identity === undefined || owner === undefined || attempt === undefined) return undefined;
  return { project, stack, name, identity, owner, attempt, retires, keep: field("keep") !== undefined };
}

function decodeRetires(text: string | undefined): Retired[] | undefined {
  if (text === undefined) return [];
  const retires: Retired[] = [];
  for (const part of text.split(",")) {
    const at = part.lastIndexOf("@");
    const [keyId, revokeAfter] = [part.slice(0, at), part.slice(at + 1)];
    if (at <= 0 || instantMs(revokeAfter) === undefined) return undefined;
    retires.push({ keyId, revokeAfter });
  }
  return retires;
}

/** The program's own metadata: without the marker. */
export function userMetadata(metadata: Readonly<Record<string, unknown>> | null | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.entries(metadata ?? {}).filter(([key]) => !key.startsWith(PREFIX)));
}

/** The type of a key in every URN and state. A permanent interface. */
export const KEY_TYPE = "pulumi-nodejs:dynamic/zkscore:ApiKey";

/** The URN of a key, from what its constructor noted. `parents`: the types of the components it stands in, joined by `$`. */
export function urnOf({ project, stack, parents, name }: Omit<Ownership, "identity" | "owner">): string {
  const type = parents === undefined ? KEY_TYPE : `${parents}$${KEY_TYPE}`;
  return `urn:pulumi:${stack}::${project}::${type}::${name}`;
}

/** The owner of a resource: one per stack identity and URN. Project and stack are part of the URN. */
export function ownerOf(identity: string, urn: string): string {
  return sha256(`${identity}\n${urn}`).slice(0, 32);
}
