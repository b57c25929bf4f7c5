import type { Rule } from "../rule.ts";
import { environmentIsolation } from "./environmentIsolation.ts";
import { exemptionHygiene } from "./exemptionHygiene.ts";
import { expiryHorizon } from "./expiryHorizon.ts";
import { expiryRequired } from "./expiryRequired.ts";
import { ipAllowList } from "./ipAllowList.ts";
import { liveAsDeclared } from "./liveAsDeclared.ts";
import { noDestructiveActions } from "./noDestructiveActions.ts";
import { noDisguisedKey } from "./noDisguisedKey.ts";
import { noNewAccess } from "./noNewAccess.ts";
import { noToxicCombination } from "./noToxicCombination.ts";
import { noWildcardAccess } from "./noWildcardAccess.ts";
import { noWriteInProduction } from "./noWriteInProduction.ts";
import { ownership } from "./ownership.ts";
import { packSettings } from "./packSettings.ts";
import { rateLimit } from "./rateLimit.ts";
import { restrictedWrites } from "./restrictedWrites.ts";
import { rotationAge } from "./rotationAge.ts";
import { rotationRequired } from "./rotationRequired.ts";
import { secretStaysSecret } from "./secretStaysSecret.ts";
import { unusedKey } from "./unusedKey.ts";
import { unusedPermission } from "./unusedPermission.ts";
import { webhookHttps } from "./webhookHttps.ts";
import { webhookSecret } from "./webhookSecret.ts";

/** Every policy, in the order they run and are documented. The settings come first: the others need them. */
export const RULES = {
  packSettings,
  noDisguisedKey,
  noWildcardAccess,
  noDestructiveActions,
  noWriteInProduction,
  noToxicCombination,
  restrictedWrites,
  expiryRequired,
  expiryHorizon,
  rotationRequired,
  rotationAge,
  ipAllowList,
  webhookHttps,
  webhookSecret,
  rateLimit,
  ownership,
  environmentIsolation,
  secretStaysSecret,
  noNewAccess,
  unusedKey,
  unusedPermission,
  liveAsDeclared,
  exemptionHygiene,
} as const;

export type PolicyName = keyof typeof RULES;

/** The names in code (`expiryHorizon`); in configuration and exemptions the `id` is used (`expiry-horizon`). */
export const POLICY_NAMES = Object.keys(RULES).filter((name): name is PolicyName => name in RULES);

/** Policies that an exemption may name. One of `pack-settings` lowers the environment of one stack. */
export const EXEMPTIBLE: readonly Rule[] = Object.values<Rule>(RULES).filter(({ id }) => id !== "exemption-hygiene");
