import { flag, integer, records, text, type Values, wordMap } from "./parameters.ts";

/** Settings that hold for every policy of the pack; in `--policy-pack-config` they stand under `pack-settings`. */
export const SETTINGS = {
  environment: text(
    "The environment of this stack, said outright. The strictest of this, the stack's tag and its name holds.",
    "",
  ),
  environmentTag: text("The stack tag that names the environment.", "environment"),
  environmentWords: wordMap(
    "More words by which a stack or key says its environment, beside the pack's own. `production` is the strict one.",
    {},
  ),
  productionByDefault: flag("A stack about which nothing says an environment is judged as production.", false),
  exemptions: records(
    "Agreed exceptions: id of one policy, URN pattern, reason, owner, and the last day they hold (UTC).",
    {
      policy: { type: "string", minLength: 1 },
      urn: { type: "string", minLength: 1 },
      reason: { type: "string", minLength: 1 },
      owner: { type: "string", minLength: 1 },
      until: { type: "string", pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" },
    },
    [],
  ),
  live: flag(
    "Also ask the account (needs ZKSCORE_TOKEN). ZKSCORE_POLICY_LIVE does the same, unless it is 0, false, no or off.",
    false,
  ),
  liveTimeoutSeconds: integer("How long a live check waits for the API before it reports `not evaluated`.", 20, 1),
} as const;

export type Settings = Values<typeof SETTINGS>;
