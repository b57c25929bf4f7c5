import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { writeExecutable } from "./cache.ts";

/** Names the stand-in language host to the launcher, so that one cached engine serves several checkouts. */
export const hostVariable = "ZKSCORE_ENGINE_LANGUAGE_HOST";
/** Names the Node that runs it. */
export const nodeVariable = "ZKSCORE_ENGINE_NODE";

const languageHost = `#!/bin/sh
# Starts pulumi-zkscore's stand-in for Pulumi's Node.js language host. Written by \`npm run pulumi\`.
exec "\${${nodeVariable}:-node}" "\${${hostVariable}:?run pulumi through: npm run pulumi -- ...}" "$@"
`;

/** Writes `pulumi-language-nodejs`. */
export function writeLanguageLauncher(folder: string): void {
  writeExecutable(join(folder, "pulumi-language-nodejs"), languageHost);
}

/** Writes `pulumi-resource-pulumi-nodejs`, which starts the dynamic provider, as the SDK has it. */
export function writeProviderLauncher(folder: string): void {
  const name = "pulumi-resource-pulumi-nodejs";
  const sdk = dirname(createRequire(__filename).resolve("@pulumi/pulumi/package.json"));
  writeExecutable(join(folder, name), readFileSync(join(sdk, name), "utf8"));
}
