import { ENVIRONMENT_WORDS } from "./environment.ts";
import { flag, integer, records, text, type Values, wordMap } from "./parameters.ts";

/** Settings that hold for every policy of the pack; in `--policy-pack-config` they stand under `pack-settings`. */
export const SETTINGS = {
  environment: text("The environment of this stack, said outright. Comes before the tag and the name.", ""),
  environmentTag: text("The stack tag that names the environment. Comes before the stack's name.", "environment"),
  environmentWords: wordMap(
    "The words by which a stack or key name says its environment. `production` is the strict one.",
    ENVIRONMENT_WORDS,
  ),
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
  live: flag("Also ask the account (needs ZKSCORE_TOKEN). ZKSCORE_POLICY_LIVE=1 does the same.", false),
  liveTimeoutSeconds: integer("How long a live check waits for the API before it reports `not evaluated`.", 20, 1),
} as const;

export type Settings = Values<typeof SETTINGS>;
