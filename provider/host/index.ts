import "./node.ts";
import type { ResourceProvider } from "@pulumi/pulumi/dynamic";
import { keyHandlers } from "./apiKey.ts";
import { configure, type HostConfig, revokeIfEngineGone, runtime } from "./runtime.ts";
import { identityHandlers } from "./stackIdentity.ts";

/*
 * What the dynamic-provider process loads: `pulumi-zkscore/provider`. A permanent interface, since states name it. The
 * types are Pulumi's, so that the compiler compares the handlers with what the engine calls.
 */

const host = { context: runtime, revokeIfEngineGone };
const settings = { configure: async ({ config }: { config: HostConfig }) => configure(config) };

/** The handlers of `ApiKey`. */
export const apiKey = (): ResourceProvider => ({ ...settings, ...keyHandlers(host) });

/** The handlers of the stack's identity. */
export const stackIdentity = (): ResourceProvider => ({ ...settings, ...identityHandlers(host) });
