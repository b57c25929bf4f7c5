import type { Definition } from "./definition.ts";
import { environmentIsolation } from "./rules/environmentIsolation.ts";
import { exemptionHygiene } from "./rules/exemptionHygiene.ts";
import { expiryHorizon } from "./rules/expiryHorizon.ts";
import { expiryRequired } from "./rules/expiryRequired.ts";
import { ipAllowList } from "./rules/ipAllowList.ts";
import { liveAsDeclared } from "./rules/liveAsDeclared.ts";
import { noDestructiveActions } from "./rules/noDestructiveActions.ts";
import { noDisguisedKey } from "./rules/noDisguisedKey.ts";
import { noNewAccess } from "./rules/noNewAccess.ts";
import { noToxicCombination } from "./rules/noToxicCombination.ts";
import { noWildcardAccess } from "./rules/noWildcardAccess.ts";
import { noWriteInProduction } from "./rules/noWriteInProduction.ts";
import { ownership } from "./rules/ownership.ts";
import { packSettings } from "./rules/packSettings.ts";
import { rateLimit } from "./rules/rateLimit.ts";
import { restrictedWrites } from "./rules/restrictedWrites.ts";
import { rotationAge } from "./rules/rotationAge.ts";
import { rotationRequired } from "./rules/rotationRequired.ts";
import { secretStaysSecret } from "./rules/secretStaysSecret.ts";
import { unusedKey } from "./rules/unusedKey.ts";
import { unusedPermission } from "./rules/unusedPermission.ts";
import { webhookHttps } from "./rules/webhookHttps.ts";
import { webhookSecret } from "./rules/webhookSecret.ts";

/** Every policy, in the order they run and are documented. The settings come first: the others need them. */
export const DEFINITIONS = {
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

export type PolicyName = keyof typeof DEFINITIONS;

/** The names in code (`expiryHorizon`); in configuration and exemptions the `id` is used (`expiry-horizon`). */
export const POLICY_NAMES = Object.keys(DEFINITIONS).filter((name): name is PolicyName => name in DEFINITIONS);

/** Policies that an exemption may name. One of `pack-settings` lowers the environment of one stack. */
export const EXEMPTIBLE: readonly Definition[] = Object.values<Definition>(DEFINITIONS).filter(
  ({ id }) => id !== "exemption-hygiene",
);
