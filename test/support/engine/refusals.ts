/** What the engine printed about one key that the API refused. */
export interface Refusal {
  /** The logical name. */
  key: string;
  code: string;
  cause: string;
  remedy: string;
  /** When to come back, as printed. */
  notBefore: string;
}

// The diagnostics at the end of `up`: the resource, then our error, a line for each part.
const REFUSAL =
  /ApiKey \((\S+)\):\n +error: .+\[(ZKS_\w+), HTTP 429, .+\]\n +cause: +(.+)\n +remedy: +(.+); not before (\S+)\n/g;

/** The keys named as failed, by logical name, whatever is said of them. */
export function failedKeys(output: string): string[] {
  return [...output.matchAll(/ApiKey \((\S+)\):\n +error: /g)].map(([, key = ""]) => key);
}

/** Those of them that say cause, remedy and when to come back. */
export function refusals(output: string): Refusal[] {
  return [...output.matchAll(REFUSAL)].map(([, key = "", code = "", cause = "", remedy = "", notBefore = ""]) => ({
    key,
    code,
    cause,
    remedy,
    notBefore,
  }));
}
