/** What the dynamic-provider process loads: `pulumi-zkscore/provider`. A permanent interface, since states name it. */
export { apiKey } from "./apiKey.ts";
export { stackIdentity } from "./stackIdentity.ts";
