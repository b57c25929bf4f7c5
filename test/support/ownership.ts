import type { Ownership } from "../../provider/domain/inputs.ts";
import { ownerOf, urnOf } from "../../provider/domain/marker.ts";

/** What the constructor of a key at the root of a stack writes. Default: key `a` of proj/dev. */
export function ownershipOf(identity: string, names: Partial<Omit<Ownership, "identity" | "owner">> = {}): Ownership {
  const noted = { project: "proj", stack: "dev", name: "a", ...names };
  return { identity, owner: ownerOf(identity, urnOf(noted)), ...noted };
}
