import { ZkscoreError } from "../domain/errors.ts";
import { runtimeFault } from "../domain/nodeVersion.ts";
import { bareError } from "./silence.ts";

// Loaded before anything that an older Node can't load: what they throw would be a stack and no remedy.
const fault = runtimeFault();
if (fault !== undefined) {
  const facts = { code: "ZKS_CONFIG", what: "pulumi-zkscore can't work in the provider's process", ...fault } as const;
  throw bareError(new ZkscoreError({ ...facts, safe: "no request was made" }).message);
}
