import { instantMs, isoSeconds } from "../../provider/domain/instant.ts";
import { grantUse, smallerText } from "../../provider/domain/usedGrants.ts";
import type { UsageResponse } from "../../provider/domain/wire.ts";
import type { KeyView } from "../key/view.ts";
import { NotEvaluated } from "../live/account.ts";
import { define, type Finding } from "../rule.ts";
import { integer } from "../settings/parameters.ts";
import { DAY_MS, granted, listed } from "./granted.ts";
import { nist } from "./references.ts";

export const unusedPermission = define({
  id: "unused-permission",
  title: "What a key never does, it may not do",
  severity: "high",
  level: "advisory",
  description: "Each resource a key may touch is one that its traffic has touched. (Live check.)",
  why:
    "Permissions are asked for on the first day and never given back. Usage is the only witness of what an application " +
    "needs; the smaller list is printed with the time it was watched.",
  references: [nist("AC-6(7)")],
  reads: ["keyId", "permissions"],
  parameters: {
    days: integer("How many days of usage are looked at.", 45, 1),
    minDays: integer("A younger key isn't judged.", 14),
  },
  remediation: [
    "replace `permissions` by the smaller list that is printed",
    "keep what is used rarely on purpose (a yearly job) with an exemption that says so",
  ],
  example: {
    stack: "acme-prod",
    key: {
      permissions: [
        { resource: "scores", actions: ["read"] },
        { resource: "trust", actions: ["read"] },
      ],
    },
    path: "account.endpoints",
    insecure: ["/v1/scores/alice.zks"],
    secure: ["/v1/scores/alice.zks", "/v1/trust/alice.zks"],
    account: "The account's usage names the endpoints the key called.",
  },
  async liveStack(subjects, account) {
    const listing = await account.listing();
    const findings: Finding[] = [];
    for (const { key, urn, params } of subjects) {
      const live = key.keyId === undefined ? undefined : listing.keys.get(key.keyId);
      const born = instantMs(live?.createdAt ?? "");
      if (live === undefined || born === undefined) continue; // `unused-key` says so
      const to = listing.serverTime;
      const from = Math.max(born, to - params.days * DAY_MS);
      if (to - from < params.minDays * DAY_MS) continue;
      try {
        const usage = await account.usage({ keyId: live.id, from: isoSeconds(from), to: isoSeconds(to) });
        const finding = judge(key, usage, `${isoSeconds(from)} to ${isoSeconds(to)}`);
        if (finding !== undefined) findings.push({ ...finding, urn });
      } catch (error) {
        if (!(error instanceof NotEvaluated)) throw error;
        findings.push({
          code: "not-evaluated",
          path: "",
          urn,
          message: `not evaluated: ${error.message}`,
          advisory: true,
        });
        break; // an API that is down for one key is down for the rest
      }
    }
    return findings;
  },
});

function judge(key: KeyView, usage: UsageResponse, window: string): Finding | undefined {
  const grants = granted(key).map(({ grant }) => grant);
  const use = grantUse(grants, usage);
  if (use.kind === "unknown") throw new NotEvaluated(use.why);
  if (use.kind !== "unused") return undefined; // `unused-key` is about one without traffic
  const message =
    `no request for ${listed(use.resources)} from ${window} (${usage.usage.totalRequests} requests seen). ` +
    `Enough would be: permissions: [${use.smaller.map(smallerText).join(", ")}], each with the restrictions it has now`;
  return { code: "unused", path: "permissions", message };
}
