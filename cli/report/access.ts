import { compareGrants, type Granting } from "../../provider/domain/grants.ts";
import { extentText } from "../../provider/domain/grantsText.ts";
import type { ReportGrant } from "./data.ts";

/** What permissions allow, one entry a resource and action, `all` expanded. */
export function grantsOf(permissions: readonly Granting[]): ReportGrant[] {
  return compareGrants([], permissions).wider.map(({ resource, action, restrictions }) => ({
    resource,
    action,
    limits: restrictions.map(({ restriction, after }) => extentText(restriction, after)),
  }));
}

/** Why a key stands out: it names everything, or it may change or destroy for anyone, on any chain, from anywhere. */
export function wideOf(permissions: readonly Granting[], grants: readonly ReportGrant[]): string[] {
  const says = (words: readonly string[]) => words.some((word) => word.trim().toLowerCase() === "all");
  const open = grants.filter(({ action, limits }) => action !== "read" && limits.length === 0);
  const listed = [...Map.groupBy(open, ({ action }) => action)].map(
    ([action, of]) => `${action} ${of.map(({ resource }) => resource).join(", ")}`,
  );
  return [
    ...(says(permissions.map(({ resource }) => resource)) ? ["every resource (`all`), later ones too"] : []),
    ...(says(permissions.flatMap(({ actions }) => actions)) ? ["every action (`all`), later ones too"] : []),
    ...listed.map((what) => `may ${what} without a restriction`),
  ];
}
