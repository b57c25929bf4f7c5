import type { CustomResourceOptions, ResourceTransform } from "@pulumi/pulumi/resource";
import { hasEngine } from "@pulumi/pulumi/runtime/settings";

/**
 * Takes off what a parent hands down and what no key can have: with `deletedWith`, the engine would skip the revocation
 * of a key whose parent goes, and of every key that a rotation replaces while it does. The SDK shows the constructor
 * nothing of it; the engine shows it to the first transform, after the parent's options are in. What a parent's or the
 * stack's own transform sets comes later still, and stays: Pulumi's limit.
 */
export function withoutDeletedWith({ parent, transforms = [] }: CustomResourceOptions): CustomResourceOptions {
  // Only a parent hands it down; without an engine (mocks) a transform would start a server that nobody ends.
  if (parent === undefined || !hasEngine()) return {};
  return { transforms: [...transforms, takeOff] };
}

const takeOff: ResourceTransform = ({ props, opts }) => {
  if (opts.deletedWith === undefined) return undefined;
  const { deletedWith: _inherited, ...rest } = opts;
  return { props, opts: rest };
};
