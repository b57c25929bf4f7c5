import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";

/** JSON with sorted object keys: equal values give equal text, whatever order they were written in. */
export function stableJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner,
  );
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** True if two values are the same JSON, whatever the order of their object keys. Most are equal, and so told cheaply. */
export function sameJson(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(a, b) || stableJson(a) === stableJson(b);
}
