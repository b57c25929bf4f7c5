import "./node.ts";
import type { ResourceProvider } from "@pulumi/pulumi/dynamic";
import { apiKey as keyHandlers } from "./apiKey.ts";
import { stackIdentity as identityHandlers } from "./stackIdentity.ts";

/*
 * What the dynamic-provider process loads: `pulumi-zkscore/provider`. A permanent interface, since states name it. The
 * types are Pulumi's, so that the compiler compares the handlers with what the engine calls.
 */

/** The handlers of `ApiKey`. */
export const apiKey: () => ResourceProvider = keyHandlers;

/** The handlers of the stack's identity. */
export const stackIdentity: () => ResourceProvider = identityHandlers;
