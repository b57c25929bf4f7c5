import { getProject, getStack } from "@pulumi/pulumi/metadata";
import { all, type Output } from "@pulumi/pulumi/output";
import { type CustomResourceOptions, createUrn, type Resource } from "@pulumi/pulumi/resource";
import { ownerOf } from "../domain/marker.ts";
import { meansPlaces } from "../domain/places.ts";
import { stackIdentity } from "./stackIdentity.ts";

/** Whose key it is: an input that `check` and the marker of the key need, and that is never compared. */
export function ownership(type: string, name: string, { parent, ignoreChanges = [] }: CustomResourceOptions) {
  const { identity } = stackIdentity();
  const owner = all([identity, urnText(type, name, parent)]).apply(([id, urn]) => ownerOf(id, urn));
  const ignored = ignoreChanges.filter(meansPlaces);
  return { identity, owner, project: getProject(), stack: getStack(), name, ignored };
}

/**
 * The key's URN as a text alone. As an `Output` it would depend on the parent, and that means on all children of a
 * component: one that uses the key would wait for itself, and `--target-dependents` would take the key along.
 */
function urnText(type: string, name: string, parent: Resource | undefined): Promise<string> {
  const urn: Output<string> = createUrn(name, type, parent);
  // The SDK's own way to a value without its dependencies; its declarations leave it out.
  return (urn as unknown as { promise(): Promise<string> }).promise();
}
