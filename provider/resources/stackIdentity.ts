import { getProject, getStack } from "@pulumi/pulumi/metadata";
import type { Output } from "@pulumi/pulumi/output";
import { CustomResource } from "@pulumi/pulumi/resource";
import { getStackResource } from "@pulumi/pulumi/runtime/stack";
import { providerText } from "./providerText.ts";

/** A random id of the stack, kept in its state. Registered by the package itself; its value is never compared. */
class StackIdentity extends CustomResource {
  declare readonly identity: Output<string>;

  constructor() {
    const props = { project: getProject(), stack: getStack(), identity: undefined, endpoint: undefined };
    super("pulumi-nodejs:dynamic/zkscore:StackIdentity", "zkscore", {
      __provider: providerText("stackIdentity"),
      ...props,
    });
  }
}

// Behind Symbol.for, so that two copies of this package in one program register one identity. Keyed by the runtime's
// stack, so that two inline programs of the Automation API in one process have one each.
const MEMO = Symbol.for("pulumi-zkscore.stackIdentity");

// Unit tests with mocks may have no stack resource: they share one identity.
const WITHOUT_STACK = {};

/** The identity of the deployment that runs now, registered at its root on first use. */
export function stackIdentity(): { identity: Output<string> } {
  const holder = globalThis as { [MEMO]?: WeakMap<object, { identity: Output<string> }> };
  holder[MEMO] ??= new WeakMap();
  const memo = holder[MEMO];
  const deployment = getStackResource() ?? WITHOUT_STACK;
  const known = memo.get(deployment);
  if (known !== undefined) return known;
  const made = new StackIdentity();
  memo.set(deployment, made);
  return made;
}
