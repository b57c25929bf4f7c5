/** What the dynamic-provider process loads: `pulumi-zkscore/provider`. A permanent interface, since states name it. */
import "./node.ts";

export { apiKey } from "./apiKey.ts";
export { stackIdentity } from "./stackIdentity.ts";
