/**
 * Pulumi's resource options that reach a provider neither through the engine nor through the dynamic-provider process.
 * The constructor hands them on as an input; it is never compared with what the account has and never sent to the API.
 */
export interface KeyOptions {
  /** Property paths; a change there makes a new key also where an update could carry it. `*` = any. */
  replaceOnChanges?: string[];
  /** Seconds that all requests of one operation may take together. */
  timeouts?: Timeouts;
}

export const OPERATIONS = ["create", "update", "delete", "read"] as const;

export type Operation = (typeof OPERATIONS)[number];

export type Timeouts = { [operation in Operation]?: number };

/**
 * A property path as Pulumi writes it, in steps: `rateLimit.burstLimit`, `metadata["a.b"]`, `permissions[*].actions`.
 * An index is a number. Undefined for a text that is no path.
 */
export function pathSteps(path: string): (string | number)[] | undefined {
  const steps: (string | number)[] = [];
  const step = /\.?([^.[\]"]+)|\.?\["((?:[^"\\]|\\.)*)"\]|\[(\*)\]|\[(\d+)\]/y;
  while (step.lastIndex < path.length) {
    const match = step.exec(path);
    if (match === null) return undefined;
    const [, word, quoted, wildcard, index] = match;
    steps.push(index === undefined ? (word ?? wildcard ?? (quoted ?? "").replace(/\\(.)/g, "$1")) : Number(index));
  }
  return steps.length === 0 ? undefined : steps;
}
