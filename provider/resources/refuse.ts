import { RunError } from "@pulumi/pulumi/errors";
import type { CustomResourceOptions } from "@pulumi/pulumi/resource";
import { durationMs } from "../domain/duration.ts";
import { runtimeFault } from "../domain/nodeVersion.ts";
import { oneLine } from "../domain/shown.ts";
import type { ApiKeyArgs } from "./args.ts";
import { unreadTimeouts } from "./options.ts";

/** Stops the program, with cause and remedy, where an option or a missing argument could only go wrong later. */
export function refuse(name: string, args: ApiKeyArgs, opts: CustomResourceOptions): void {
  const problem = problemOf(name, args, opts);
  // The language host prints a RunError as its message alone, without a stack.
  if (problem !== undefined) throw new RunError(oneLine(`${name}: ${problem}`));
}

function problemOf(name: string, args: ApiKeyArgs, opts: CustomResourceOptions): string | undefined {
  const fault = runtimeFault();
  if (fault !== undefined) return `pulumi-zkscore can't work in this program: ${fault.why}; ${fault.remedy}`;
  // A JavaScript program can leave them out.
  if (typeof args !== "object" || args === null) {
    return `the arguments are missing; write new ApiKey("${name}", { permissions: [{ resource, actions }] })`;
  }
  if ("options" in args) {
    return "options is not an argument; Pulumi's options are the third parameter of the constructor";
  }
  if (opts.retainOnDelete === true) {
    return 'retainOnDelete is not for keys; use deletionPolicy: "retain", which marks the key as kept';
  }
  if (opts.deletedWith !== undefined) {
    return (
      "deletedWith is not for keys; Pulumi would skip the revocation, and the end of another resource ends no key: " +
      'remove it (to keep the key alive when the resource goes, use deletionPolicy: "retain")'
    );
  }
  if (opts.import !== undefined) {
    return "Pulumi can't import a dynamic resource; use adopt: { keyId, apiKey } to take a key over";
  }
  if (opts.id !== undefined || opts.urn !== undefined) {
    return (
      `${opts.id === undefined ? "urn" : "id"} would read a key instead of declaring it, and the API shows a secret once; ` +
      "use getApiKeys() to look keys up, or adopt: { keyId } to manage an existing key"
    );
  }
  // Not in the types of the lowest SDK that is promised.
  if ("envVarMappings" in opts && opts.envVarMappings !== undefined) {
    return "envVarMappings is for providers, not for keys; remove it, and set ZKSCORE_TOKEN or zkscore:token";
  }
  const [untimed] = unreadTimeouts(opts);
  if (untimed !== undefined) return `customTimeouts.${untimed} is not a span; write one such as "90s", "5m" or "1h30m"`;
  if (opts.deleteBeforeReplace === true && overlaps(args)) {
    return "deleteBeforeReplace ends the old key before the new one is in use; remove it, or rotation.overlap";
  }
  return undefined;
}

/** True unless the overlap is known to be none: an `Output` may turn out to be one. */
function overlaps(args: ApiKeyArgs): boolean {
  const rotation: unknown = args.rotation;
  if (typeof rotation !== "object" || rotation === null || !("overlap" in rotation)) return false;
  const { overlap } = rotation;
  if (overlap === undefined || overlap === null) return false;
  return typeof overlap !== "string" || durationMs(overlap) !== 0;
}
