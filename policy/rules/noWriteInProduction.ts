import { grantName } from "../grants/catalogue.ts";
import { define } from "../rule.ts";
import { namesIn } from "../settings/environment.ts";
import { strings } from "../settings/parameters.ts";
import { granted, isListed, listed } from "./granted.ts";
import { cwe, nist } from "./references.ts";

export const noWriteInProduction = define({
  id: "no-write-in-production",
  title: "Production is read-only for all but listed keys",
  severity: "high",
  level: "mandatory",
  description: "A production key that changes or deletes data is on a list of such keys.",
  why:
    "Most production keys serve dashboards and back ends that read. One that can write is a way to move real scores, trust " +
    "or orders; a list makes adding one a reviewed change instead of a word in a program.",
  references: [nist("AC-6"), cwe(269, "Improper Privilege Management")],
  reads: ["permissions[].resource", "permissions[].actions", "name", "namePrefix"],
  parameters: {
    keys: strings("Logical names (`*` and `?` allowed) of the production keys that may write.", []),
  },
  remediation: [
    "remove `write`, `delete` and `all` from the actions",
    "if it must write in production, list the key's logical name under `keys`",
  ],
  example: {
    stack: "acme-prod",
    path: "permissions[0].actions",
    insecure: ["read", "write"],
    secure: ["read"],
  },
  *resource({ key, name, environment, environmentWords, params }) {
    const said = [name, key.name ?? "", key.namePrefix ?? ""].flatMap((text) => namesIn(environmentWords, text));
    if (!environment.production && !said.includes("production")) return;
    if (isListed(params.keys, name)) return;
    const why = environment.production ? `the ${environment.source} says production` : "the key's name says production";
    const byPath = new Map<string, string[]>();
    for (const { grant, path } of granted(key)) {
      if (grant.harm === "observe") continue;
      byPath.set(path, [...(byPath.get(path) ?? []), grantName(grant)]);
    }
    for (const [path, grants] of byPath) {
      yield { code: "writes", path, message: `grants ${listed(grants)}, and ${why}` };
    }
  },
});
