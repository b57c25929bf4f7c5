import { ZkscoreError } from "../domain/errors.ts";
import type { KeyInputs, KeyState, Ownership } from "../domain/inputs.ts";
import { ownerOf, urnOf } from "../domain/marker.ts";
import { hasUnknown } from "../domain/unknown.ts";
import type { HandlerContext } from "./context.ts";
import { holderOf, type StackView } from "./view.ts";

/**
 * Why new inputs can't be this resource's, if so. Marks can be read in the account's listing, and a program can write what
 * it likes into inputs: they are accepted only with the identity that this run's state holds, and with the owner that
 * follows from what the constructor noted. Never asked of a state: what stands there is proven by its ids.
 */
export function ownershipProblem(view: StackView, ownership: Ownership): string | undefined {
  if (hasUnknown(ownership)) return undefined;
  const { identity, owner } = ownership;
  if (owner !== ownerOf(identity, urnOf(ownership))) {
    const older = ownership.ignored === undefined ? ", or an older release of pulumi-zkscore made this resource" : "";
    return `isn't what the constructor of ApiKey sets: a transform has changed it${older}; it says whose key it is, so leave it alone`;
  }
  if (view.identities.size === 0 || view.identities.has(identity)) return undefined;
  return "names another stack's identity: a transform has changed it; it says whose key it is, so leave it alone";
}

/** Refuses new inputs that claim to be another resource's. `olds`: the state of the key they update. */
export function assertOwnership({ view }: HandlerContext, { ownership }: KeyInputs, olds?: KeyState): void {
  if (olds !== undefined && ownership.owner === holderOf(olds)) return;
  const problem = ownershipProblem(view, ownership);
  if (problem === undefined) return;
  throw new ZkscoreError({
    code: "ZKS_INPUT",
    what: `${ownership.name}: its ownership isn't its own`,
    why: `it ${problem}`,
    remedy: "remove the transform that sets ownership",
    safe: "no key was created, changed or revoked",
    outcome: "not-executed",
  });
}
