/** Where a setting's value came from. */
export type Origin = "environment" | "configuration" | "default";

/** Of the two settings that say which account is meant. */
export interface Origins {
  token: Origin;
  baseUrl: Origin;
}

const VARIABLES = {
  token: "ZKSCORE_TOKEN",
  baseUrl: "ZKSCORE_BASE_URL",
  updates: "ZKSCORE_UPDATES",
  plan: "ZKSCORE_PLAN",
  planLimits: "ZKSCORE_PLAN_LIMITS",
  acceptWider: "ZKSCORE_ACCEPT_WIDER",
} as const;

export type SettingName = keyof typeof VARIABLES;

/** The setting as the reader wrote it: the variable, the configuration's key, or either where that isn't known. */
export function named(setting: SettingName, origin?: Origin): string {
  if (origin === "environment") return VARIABLES[setting];
  return origin === "configuration" ? `zkscore:${setting}` : `${VARIABLES[setting]} or zkscore:${setting}`;
}

/**
 * What to add to a remedy that asks for another value: a refresh (so any `up` with `refresh: always`) and a destroy get
 * the configuration of the last `up` from Pulumi's state, and go on failing after it was corrected. Empty where the value
 * came from the environment.
 */
export function ifCorrectedAlready(setting: SettingName, origin: Origin | undefined): string {
  if (origin !== "configuration") return "";
  return (
    `. If zkscore:${setting} was corrected already: a refresh and a destroy still run with the configuration of the last ` +
    `\`up\`, which Pulumi keeps in the state; run once: ${VARIABLES[setting]}="$(pulumi config get zkscore:${setting})" pulumi up (or destroy)`
  );
}
