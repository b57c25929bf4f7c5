/** One endpoint, as errors and retries see it. `template` never holds an id: an id could be a pasted secret. */
export interface Operation {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  template: string;
  /** What the reader was doing, for the first line of an error. */
  doing: string;
}

/** Assumed verbs and paths (A: DELETE and PATCH; D: the rest) live here and nowhere else. */
export const OPERATIONS = {
  create: { method: "POST", template: "/developer/keys", doing: "Creating the key" },
  list: { method: "GET", template: "/developer/keys", doing: "Listing the account's keys" },
  revoke: { method: "DELETE", template: "/developer/keys/{keyId}", doing: "Revoking the key" },
  update: { method: "PATCH", template: "/developer/keys/{keyId}", doing: "Updating the key" },
  usage: { method: "GET", template: "/developer/usage", doing: "Reading usage" },
} as const satisfies Record<string, Operation>;

/** `POST /developer/keys`, for the bracket of an error's first line. */
export function endpointOf(op: Operation): string {
  return `${op.method} ${op.template}`;
}

/** The path of one key, or undefined if the id can't be one. `.` and `..` would be folded by a proxy into another path. */
export function keyPath(keyId: string): string | undefined {
  if (keyId === "" || keyId === "." || keyId === ".." || keyId.length > 512 || !keyId.isWellFormed()) return undefined;
  return `/developer/keys/${encodeURIComponent(keyId)}`;
}
