import { isUnknown } from "../key/view.ts";
import { define } from "../rule.ts";
import { cwe, nist } from "./references.ts";

/** What `ignoreChanges` must not hide: a change to these that never arrives leaves a key wider than the program says. */
const GUARDED = ["permissions", "expiry", "expiresIn"] as const;

export const secretStaysSecret = define({
  id: "secret-stays-secret",
  title: "Options don't undo what the inputs promise",
  severity: "critical",
  level: "mandatory",
  description:
    "The secret is encrypted in the state, no option hides what a key may do, and production keys can't vanish by accident.",
  why:
    "Resource options act behind the inputs: without `additionalSecretOutputs` the key stands in the state in clear; " +
    "`ignoreChanges` on permissions lets a narrowed program leave a wide key; `protect` makes a due rotation fail the `up`.",
  references: [nist("SC-28"), cwe(312, "Cleartext Storage of Sensitive Information")],
  reads: ["deletionPolicy", "rotation.every"],
  parameters: {},
  remediation: [
    "leave `additionalSecretOutputs` to the provider: it lists `apiKey` itself",
    "take permissions, expiry and expiresIn out of `ignoreChanges`",
    'in production set `deletionPolicy: "prevent"`',
    'take `protect` off and set `deletionPolicy: "prevent"`: it guards removal and lets rotation happen',
  ],
  example: { stack: "acme-prod", path: "deletionPolicy", insecure: "revoke", secure: "prevent" },
  *resource({ key, options, environment }) {
    if (!options.additionalSecretOutputs.includes("apiKey")) {
      const message = "doesn't list `apiKey`: the state would hold the secret in clear";
      yield { code: "clear-secret", path: "options.additionalSecretOutputs", message };
    }
    for (const [index, ignored] of options.ignoreChanges.entries()) {
      const hidden = GUARDED.filter((field) => ignored === "*" || startsAt(ignored, field));
      if (hidden.length === 0) continue;
      const path = `options.ignoreChanges[${index}]`;
      yield {
        code: "ignored",
        path,
        step: 1,
        message: `hides changes of ${hidden.join(", ")}: a narrowed key would stay wide`,
      };
    }
    if (environment.production && key.deletionPolicy !== "prevent" && !isUnknown(key, "deletionPolicy")) {
      const message = 'isn\'t "prevent": a key that falls out of the program is revoked while in use';
      yield { code: "removable", path: "deletionPolicy", step: 2, message };
    }
    if (options.protect && key.rotation?.every !== undefined) {
      const message =
        "stands beside `rotation`: the engine will refuse the replacement, and the whole `up` fails when it is due";
      yield { code: "protected", path: "options.protect", step: 3, message };
    }
  },
});

/** `permissions`, `permissions[0].restrictions` and `["permissions"]` are all about `permissions`. */
function startsAt(path: string, field: string): boolean {
  const plain = path.replace(/^\["?([^"\]]+)"?\]/, "$1");
  return plain === field || plain.startsWith(`${field}.`) || plain.startsWith(`${field}[`);
}
