import { PolicyPack, type ResourceValidationPolicy } from "@pulumi/policy";
import { zkscorePolicies } from "pulumi-zkscore/policy";

const teams = ["team-scores", "team-trust", "team-web"];

/** A rule of one's own. It reads single fields, and prints none: a policy sees secrets in clear. */
const knownTeam: ResourceValidationPolicy = {
  name: "known-team",
  description: "A key belongs to a team that exists.",
  enforcementLevel: "mandatory",
  validateResource: ({ type, props }, reportViolation) => {
    if (type !== "pulumi-nodejs:dynamic/zkscore:ApiKey") return;
    if (!teams.includes(props["metadata"]?.owner)) reportViolation(`metadata.owner: is none of ${teams.join(", ")}`);
  },
};

new PolicyPack("acme-guard", {
  policies: [
    ...zkscorePolicies({
      // Stricter than the pack: 30 days everywhere, and advice counts.
      expiryHorizon: { maxDays: 30 },
      ownership: "mandatory",
      packSettings: {
        exemptions: [
          {
            policy: "rate-limit",
            urn: "*::history-import",
            reason: "it reads the whole history once, as fast as it can",
            owner: "team-scores",
            until: "2027-03-31", // the last day; from the next one on `preview` and `up` refuse the key
          },
        ],
      },
    }),
    knownTeam,
  ],
});
