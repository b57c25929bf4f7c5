import { Secret } from "@pulumi/policy";

/**
 * The strings of a list in a remediation's bag, or `undefined` where the list must be left alone: a member is secret
 * or isn't a string. The bag's proxies hand secrets out in clear, so a list that is written back would lose their marks.
 */
export function plainStrings(list: unknown): string[] | undefined {
  const raw = unwrapped(list);
  return Array.isArray(raw) && raw.every((item) => typeof item === "string") ? raw : undefined;
}

/** What lies under the SDK's proxies, which answer these two names. */
export function unwrapped(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Secret) return unwrapped(value.value);
  return Reflect.get(value, "__isSpecialProxy") === true
    ? unwrapped(Reflect.get(value, "__getSpecialProxyTarget"))
    : value;
}

/** A member of an object in the bag, read without touching anything else; `undefined` if it isn't there. */
export function member(bag: unknown, name: string | number): unknown {
  return typeof bag === "object" && bag !== null ? Reflect.get(bag, name) : undefined;
}
