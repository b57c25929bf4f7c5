import { grantName } from "../grants/catalogue.ts";
import { isUnknown } from "../key/view.ts";
import { define } from "../rule.ts";
import { confines, granted, listed, outsideProduction } from "./granted.ts";
import { cwe, nist } from "./references.ts";

export const restrictedWrites = define({
  id: "restricted-writes",
  title: "A write says whose and where",
  severity: "medium",
  level: "mandatory",
  description: "A permission that changes or deletes data is confined to named identities or chains.",
  why:
    "An application writes for its own identities on its own chains. Without a restriction, the same key writes for every " +
    "identity of the account, and a bug is as wide as a theft.",
  references: [nist("AC-6"), cwe(732, "Incorrect Permission Assignment for Critical Resource")],
  reads: [
    "permissions[].resource",
    "permissions[].actions",
    "permissions[].restrictions.identities",
    "permissions[].restrictions.chains",
  ],
  parameters: { outsideProduction: outsideProduction("advisory") },
  remediation: [
    "add `restrictions: { identities: [...] }` or `restrictions: { chains: [...] }` to the permission",
    "name them: `all`, `any` and `*` confine to nothing",
    "split the permission if only its reads may stay unrestricted",
  ],
  example: {
    stack: "acme-prod",
    key: { permissions: [{ resource: "scores", actions: ["write"] }] },
    path: "permissions[0].restrictions",
    insecure: { ipWhitelist: ["203.0.113.0/24"] },
    secure: { ipWhitelist: ["203.0.113.0/24"], identities: ["acme.zks"] },
  },
  *resource({ key }) {
    for (const permission of key.permissions) {
      const { path, identities, chains } = permission;
      if (confines(permission)) continue;
      // Not known yet isn't absent: the advisory names it, `up` judges it.
      if (isUnknown(key, identities.path) || isUnknown(key, chains.path)) continue;
      const writes = granted({ ...key, permissions: [permission] }).filter(({ grant }) => grant.harm !== "observe");
      if (writes.length === 0) continue;
      const grants = listed([...new Set(writes.map(({ grant }) => grantName(grant)))]);
      yield {
        code: "unrestricted",
        path: `${path}.restrictions`,
        message: `grants ${grants} for every identity on every chain`,
      };
    }
  },
});
