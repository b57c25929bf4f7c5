import { CATALOGUE, grantName, isKnownAction, isKnownResource } from "../grants/catalogue.ts";
import { define, type Finding } from "../rule.ts";
import { integer } from "../settings/parameters.ts";
import { granted } from "./granted.ts";
import { nist, owaspApi } from "./references.ts";

export const noWildcardAccess = define({
  id: "no-wildcard-access",
  title: "No key may do everything",
  severity: "critical",
  level: "mandatory",
  description: "A key names the resources and actions it needs; `all`, or a set about as wide, is refused.",
  why:
    "`all` also grants what the API learns tomorrow. A key that leaks is worth what it may do, and whoever reads the program " +
    "can't tell from `all` what the application needs.",
  references: [nist("AC-6"), owaspApi("API5:2023", "Broken Function Level Authorization")],
  reads: ["permissions[].resource", "permissions[].actions"],
  parameters: {
    maxExpansion: integer(
      `The most pairs of resource and action one key may have; the API has ${CATALOGUE.length}.`,
      CATALOGUE.length / 2,
    ),
  },
  remediation: [
    "name each resource and action the application uses",
    "give applications that use much in common a key each, so that each stays small",
    "where the account has traffic already, let `unused-permission` print the smaller list",
  ],
  example: {
    stack: "acme-prod",
    path: "permissions[0].resource",
    insecure: "all",
    secure: "scores",
  },
  *resource({ key, params }) {
    for (const { path, resource, actions } of key.permissions) {
      if (resource === "all") yield wildcard(`${path}.resource`, "resource");
      else if (resource !== undefined && !isKnownResource(resource)) yield unheardOf(`${path}.resource`, "resource");
      for (const action of actions) {
        if (action.value === "all") yield wildcard(action.path, "action");
        else if (!isKnownAction(action.value)) yield unheardOf(action.path, "action");
      }
    }
    const pairs = new Set(granted(key).map(({ grant }) => grantName(grant)));
    if (pairs.size > params.maxExpansion) {
      const message = `expands to ${pairs.size} pairs of resource and action, more than the ${params.maxExpansion} one key may have`;
      yield { code: "too-wide", path: "permissions", message };
    }
  },
});

function wildcard(path: string, what: string): Finding {
  return { code: `any-${what}`, path, message: `\`all\` grants every ${what}, those the API adds later too` };
}

function unheardOf(path: string, what: string): Finding {
  const message = `is no ${what} of the catalogue, so nothing can be said about what it grants`;
  return { code: `unknown-${what}`, path, message };
}
