import { isUnknown } from "../key/view.ts";
import { define } from "../rule.ts";
import { regex, text } from "../settings/parameters.ts";
import { nist, owaspApi } from "./references.ts";

export const ownership = define({
  id: "ownership",
  title: "Every key says whose it is and what for",
  severity: "low",
  level: "advisory",
  description: "A key has a conventional name, a description, `metadata.owner` and `metadata.purpose`.",
  why:
    "The day a key leaks, the first question is whom to call and what breaks if it is revoked. The account's list is read " +
    "by people who don't have the program.",
  references: [nist("CM-8"), owaspApi("API9:2023", "Improper Inventory Management")],
  reads: ["name", "namePrefix", "description", "metadata.owner", "metadata.purpose"],
  parameters: {
    namePattern: regex(
      "The pattern (JavaScript) a key's name, prefix or logical name has to match.",
      "^[a-z][a-z0-9-]{2,63}$",
    ),
    ownerTag: text("At level `remediate`: the stack tag an absent `metadata.owner` is taken from.", "owner"),
  },
  remediation: ['set `description` and `metadata: { owner: "team", purpose: "what it does" }`'],
  example: { stack: "acme-dev", path: "metadata.owner", insecure: undefined, secure: "team-scores" },
  *resource({ key, name, params }) {
    const path = key.name !== undefined ? "name" : key.namePrefix !== undefined ? "namePrefix" : "";
    const known = !isUnknown(key, "name") && !isUnknown(key, "namePrefix");
    if (known && !new RegExp(params.namePattern).test(key.name ?? key.namePrefix ?? name)) {
      yield {
        code: "name",
        path,
        message: `${path === "" ? "the logical name " : ""}doesn't match the naming convention`,
      };
    }
    if ((key.description ?? "").trim() === "" && !isUnknown(key, "description")) {
      yield { code: "description", path: "description", message: "isn't set" };
    }
    for (const field of ["owner", "purpose"] as const) {
      if ((key.metadata?.[field] ?? "").trim() !== "" || isUnknown(key, `metadata.${field}`)) continue;
      yield { code: field, path: `metadata.${field}`, message: "isn't set" };
    }
  },
  /** The owner only: a purpose can't be guessed, and a wrong one is worse than none. */
  remediate({ key, tags, params }, bag) {
    const owner = tags.get(params.ownerTag)?.trim() ?? "";
    if (owner === "" || (key.metadata?.["owner"] ?? "").trim() !== "" || isUnknown(key, "metadata.owner")) return false;
    const metadata = bag["metadata"];
    // Into the bag's own object: a copy would lose the marks of secrets beside it.
    if (typeof metadata === "object" && metadata !== null) Reflect.set(metadata, "owner", owner);
    else bag["metadata"] = { owner };
    return true;
  },
});
