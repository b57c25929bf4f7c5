import { type Grant, grantName, matchGrants } from "../grants/catalogue.ts";
import { define } from "../rule.ts";
import { strings } from "../settings/parameters.ts";
import { granted, isListed, listed } from "./granted.ts";
import { cwe, nist } from "./references.ts";

export const noDestructiveActions = define({
  id: "no-destructive-actions",
  title: "Deleting is for listed keys",
  severity: "high",
  level: "mandatory",
  description: "A key that may destroy data is on a list of such keys.",
  why:
    "What `delete` removes, no rotation brings back. Few applications delete, so the few that do can be named, reviewed and " +
    "kept apart from keys that are handed out widely.",
  references: [nist("AC-6(1)"), cwe(250, "Execution with Unnecessary Privileges")],
  reads: ["permissions[].resource", "permissions[].actions"],
  parameters: {
    keys: strings("Logical names (`*` and `?` allowed) of the keys that may delete.", []),
    except: strings("Grants anybody may have although they destroy, as `resource:action` with `*`.", []),
  },
  remediation: [
    "remove `delete` (and `all`) from the actions",
    "if the application does delete, give it a key of its own and list that key's logical name under `keys`",
  ],
  example: {
    stack: "acme-dev",
    path: "permissions[0].actions",
    insecure: ["delete", "read"],
    secure: ["read"],
  },
  *resource({ key, name, params }) {
    for (const [index, pattern] of params.except.entries()) {
      if (matchGrants(pattern).length > 0) continue;
      yield {
        code: "unknown-pattern",
        path: `except[${index}]`,
        message: "names no grant of the catalogue",
        advisory: true,
      };
    }
    if (isListed(params.keys, name)) return;
    const excepted = new Set(params.except.flatMap(matchGrants));
    const byPath = new Map<string, Grant[]>();
    for (const { grant, path } of granted(key)) {
      if (grant.harm !== "destroy" || excepted.has(grant)) continue;
      byPath.set(path, [...(byPath.get(path) ?? []), grant]);
    }
    for (const [path, grants] of byPath) {
      const abuse = listed(grants.map((grant) => grant.abuse));
      const message = `grants ${listed(grants.map(grantName))}; a thief could ${abuse}`;
      yield { code: "destroys", path, message };
    }
  },
});
