import type { Extent, GrantChange, GrantComparison, Restriction, RestrictionChange } from "./grants.ts";
import { ACTIONS, RESOURCES } from "./vocabulary.ts";

/**
 * A comparison in words: `permissions widen: + scores:write (unrestricted)`, `permissions narrow: scores:read: ipWhitelist
 * 10 → 2 addresses`. One line for what changes alike. Counts and words of the catalogue only: whom a key serves may be a
 * secret of the program, and what the account says may be anything.
 */
export function grantsText({ wider, narrower }: Pick<GrantComparison, "wider" | "narrower">): string[] {
  return [
    ...linesOf(wider, "+").map((line) => `permissions widen: ${line}`),
    ...linesOf(narrower, "-").map((line) => `permissions narrow: ${line}`),
  ];
}

function linesOf(changes: readonly GrantChange[], sign: "+" | "-"): string[] {
  const alike = Map.groupBy(changes, (change) => detailOf(change, sign));
  return [...alike].map(([detail, group]) => {
    const names = [...new Set(group.map(grantName))].join(", ");
    return group[0]?.whole === true ? `${sign} ${names}${detail}` : `${names}: ${detail}`;
  });
}

function detailOf({ whole, restrictions }: GrantChange, sign: "+" | "-"): string {
  if (!whole) return restrictions.map(changeText).join(", ") || "restrictions combined otherwise";
  if (sign === "-") return "";
  const confined = restrictions.map(({ restriction, after }) => `${restriction}: ${extentText(restriction, after)}`);
  return ` (${confined.join(", ") || "unrestricted"})`;
}

function changeText({ restriction, before, after }: RestrictionChange): string {
  if (after === "unrestricted") return `${restriction} ${extentText(restriction, before)} → unrestricted`;
  if (before === "unrestricted") return `${restriction} unrestricted → ${extentText(restriction, after)}`;
  if (before === after) return `${restriction} ${extentText(restriction, before)} → as many others`;
  return `${restriction} ${sizeText(before)} → ${extentText(restriction, after)}`;
}

const UNIT: Readonly<Record<Restriction, readonly [string, string]>> = {
  identities: ["identity", "identities"],
  chains: ["chain", "chains"],
  ipWhitelist: ["address", "addresses"],
};

/** How far a restriction lets a grant reach, in words: `2 addresses`, `over 2^64 addresses`, `unrestricted`. */
export function extentText(restriction: Restriction, extent: Extent): string {
  if (extent === "unrestricted") return extent;
  return `${sizeText(extent)} ${UNIT[restriction][extent === 1n ? 0 : 1]}`;
}

/** Exact up to a /16 of IPv4; blocks of IPv6 as a power of two. */
function sizeText(size: bigint): string {
  if (size <= 65_536n) return String(size);
  const power = size.toString(2).length - 1;
  return size === 1n << BigInt(power) ? `2^${power}` : `over 2^${power}`;
}

function grantName({ resource, action }: GrantChange): string {
  const known = (names: readonly string[], name: string, what: string) =>
    names.includes(name) ? name : `(unknown ${what})`;
  return `${known(RESOURCES, resource, "resource")}:${known(ACTIONS, action, "action")}`;
}
