import { isUnknown } from "../key/view.ts";
import { define } from "../rule.ts";
import { integer } from "../settings/parameters.ts";
import { cwe, nist } from "./references.ts";

export const expiryRequired = define({
  id: "expiry-required",
  title: "Every key ends",
  severity: "high",
  level: "mandatory",
  description: "A key has an `expiresIn` or an `expiry`.",
  why:
    "A key without an end outlives the application, the team and everyone who knew of it. The server's own expiry is the " +
    "one that holds when nobody runs `pulumi up` any more.",
  references: [nist("IA-5"), cwe(613, "Insufficient Session Expiration")],
  reads: ["expiry", "expiresIn"],
  parameters: {
    days: integer("At level `remediate`: the life given to a key that has none, in days.", 90, 1),
    daysProduction: integer("The same in production.", 30, 1),
  },
  remediation: ['set `expiresIn: "30d"`', "keep it alive by rotation (`rotation.every` below it), not by a far end"],
  example: { stack: "acme-prod", path: "expiresIn", insecure: undefined, secure: "30d" },
  *resource({ key }) {
    if (key.expiry !== undefined || key.expiresIn !== undefined) return;
    if (isUnknown(key, "expiry") || isUnknown(key, "expiresIn")) return;
    yield {
      code: "endless",
      path: "expiresIn",
      message: "neither `expiresIn` nor `expiry` is set: the key never ends",
    };
  },
  remediate({ key, environment, params }, bag) {
    if (key.expiry !== undefined || key.expiresIn !== undefined) return false;
    if (isUnknown(key, "expiry") || isUnknown(key, "expiresIn")) return false;
    bag["expiresIn"] = `${environment.production ? params.daysProduction : params.days}d`;
    return true;
  },
});
