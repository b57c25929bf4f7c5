import { RESOURCES } from "./vocabulary.ts";
import type { UsageResponse } from "./wire.ts";

const NAMED = RESOURCES.filter((resource) => resource !== "all");

/** One resource with one action, both named. */
interface Pair {
  readonly resource: string;
  readonly action: string;
}

/** What a usage report says of a key's grants. `unknown`: it proves nothing, and why. */
export type GrantUse =
  | { readonly kind: "unused"; readonly resources: readonly string[]; readonly smaller: readonly SmallerGrant[] }
  | { readonly kind: "used" }
  | { readonly kind: "idle" }
  | { readonly kind: "unknown"; readonly why: string };

/** A permission of the smaller list; its restrictions stay as they are. */
export interface SmallerGrant {
  readonly resource: string;
  readonly actions: readonly string[];
}

/**
 * Compares what a key may touch with what its traffic has touched, by resource: usage names endpoints, and an endpoint
 * doesn't say its action. `grants`: every pair the key has, `all` expanded. `idle`: no traffic at all.
 */
export function grantUse(grants: readonly Pair[], { usage, breakdown }: UsageResponse): GrantUse {
  if (usage.totalRequests === 0) return { kind: "idle" };
  const endpoints = breakdown?.byEndpoint?.filter((entry) => entry.requests > 0) ?? [];
  const seen = endpoints.map(({ endpoint }) => resourceOf(endpoint));
  const counted = endpoints.reduce((sum, entry) => sum + entry.requests, 0);
  if (counted < usage.totalRequests || seen.includes(undefined)) {
    const why = "usage doesn't name the endpoint of every request, so an absent resource proves nothing";
    return { kind: "unknown", why };
  }
  const may = [...new Set(grants.map(({ resource }) => resource))];
  const resources = may.filter((resource) => !seen.includes(resource));
  if (resources.length === 0) return { kind: "used" };
  if (resources.length === may.length) {
    return { kind: "unknown", why: "usage shows other resources than the key may touch" };
  }
  const kept = may.filter((resource) => seen.includes(resource));
  return {
    kind: "unused",
    resources,
    smaller: kept.map((resource) => ({ resource, actions: actionsOf(resource, grants) })),
  };
}

function actionsOf(wanted: string, grants: readonly Pair[]): string[] {
  return [...new Set(grants.flatMap(({ resource, action }) => (resource === wanted ? [action] : [])))];
}

/** A permission of the smaller list as a program writes it. */
export function smallerText({ resource, actions }: SmallerGrant): string {
  return `{ resource: "${resource}", actions: [${actions.map((action) => `"${action}"`).join(", ")}] }`;
}

/**
 * `GET /v1/scores/{identity}` is about scores: the first part of the path that names a resource, placeholders left out.
 * `undefined` where none does.
 */
function resourceOf(endpoint: string): string | undefined {
  const parts = endpoint
    .toLowerCase()
    .replace(/\{[^}]*\}/g, "")
    .split(/[^a-z]+/);
  const named = parts.map((part) => NAMED.find((resource) => part === resource || `${part}s` === resource));
  return named.find((resource) => resource !== undefined);
}
