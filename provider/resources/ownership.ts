import { getProject, getStack } from "@pulumi/pulumi/metadata";
import { all, type Output } from "@pulumi/pulumi/output";
import { type CustomResourceOptions, createUrn, type Resource } from "@pulumi/pulumi/resource";
import { KEY_TYPE, ownerOf, urnOf } from "../domain/marker.ts";
import { meansPlaces } from "../domain/places.ts";
import { stackIdentity } from "./stackIdentity.ts";

/** Whose key it is: an input that `check` and the marker of the key need, and that is never compared. */
export function ownership(name: string, { parent, ignoreChanges = [] }: CustomResourceOptions) {
  const { identity } = stackIdentity();
  const names = { project: getProject(), stack: getStack(), name };
  const ignored = ignoreChanges.filter(meansPlaces);
  if (parent === undefined) {
    return { identity, owner: identity.apply((id) => ownerOf(id, urnOf(names))), ...names, ignored };
  }
  const parents = parentsOf(names, parent);
  const owner = all([identity, parents]).apply(([id, types]) => {
    return ownerOf(id, urnOf(types === undefined ? names : { ...names, parents: types }));
  });
  return { identity, owner, ...names, parents, ignored };
}

/**
 * The types of the components the key stands in, from its URN as a text alone. As an `Output` it would depend on the
 * parent, and that means on all children of a component: one that uses the key would wait for itself, and
 * `--target-dependents` would take the key along.
 */
async function parentsOf(
  names: { project: string; stack: string; name: string },
  parent: Resource,
): Promise<string | undefined> {
  const urn: Output<string> = createUrn(names.name, KEY_TYPE, parent);
  // The SDK's own way to a value without its dependencies; its declarations leave it out.
  const text = await (urn as unknown as { promise(): Promise<string> }).promise();
  const [before = "", after = ""] = urnOf(names).split(KEY_TYPE, 2);
  return text.endsWith(`$${KEY_TYPE}${after}`)
    ? text.slice(before.length, -(KEY_TYPE.length + after.length + 1))
    : undefined;
}
