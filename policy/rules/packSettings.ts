import { define } from "../rule.ts";
import { SETTINGS } from "../settings/settings.ts";
import { nist } from "./references.ts";

export const packSettings = define({
  id: "pack-settings",
  title: "Settings that hold for every policy",
  severity: "high",
  level: "mandatory",
  description: "The pack's settings can be read: environment, exemptions, live checks.",
  why:
    "Strict rules hang on knowing what production is. A misspelt setting that is quietly ignored is a rule that is quietly " +
    "off, so each one is reported, once.",
  references: [nist("CM-3")],
  reads: [],
  parameters: SETTINGS,
  remediation: ["correct the setting named in the message, in the file given to `--policy-pack-config`"],
  example: {
    stack: "acme-prod",
    path: "settings",
    insecure: { enviroment: "production" },
    secure: { environment: "production" },
  },
});
