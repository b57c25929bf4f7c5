import { instantMs } from "../../provider/domain/instant.ts";
import { define, type Finding } from "../rule.ts";
import { integer } from "../settings/parameters.ts";
import { DAY_MS } from "./granted.ts";
import { nist } from "./references.ts";

export const unusedKey = define({
  id: "unused-key",
  title: "A key nobody uses goes",
  severity: "high",
  level: "advisory",
  description: "A living key was used in the last 45 days. (Live check.)",
  why: "A key without traffic has no use left but a thief's, and nobody would notice. The reference asks to revoke unused keys.",
  references: [nist("AC-2(3)")],
  reads: ["keyId"],
  parameters: { idleDays: integer("Days without a request after which a key counts as unused.", 45, 1) },
  remediation: ["find out who was to use it; if nobody, remove the resource from the program and run `pulumi up`"],
  example: {
    stack: "acme-prod",
    path: "account.lastUsed",
    insecure: "2026-08-01T00:00:00Z",
    secure: "2026-10-31T00:00:00Z",
    account: "The account says when the key was last used.",
  },
  async liveStack(subjects, account) {
    const listing = await account.listing();
    const findings: Finding[] = [];
    for (const { key, urn, params } of subjects) {
      const live = key.keyId === undefined ? undefined : listing.keys.get(key.keyId);
      if (key.keyId === undefined || live?.status === "revoked") continue;
      const unsure = (message: string) =>
        findings.push({ code: "not-evaluated", path: "", urn, message: `not evaluated: ${message}`, advisory: true });
      const born = instantMs(live?.createdAt ?? "");
      if (live === undefined || born === undefined) {
        unsure("the account's listing doesn't show this key");
        continue;
      }
      const used = instantMs(live.lastUsed ?? live.usage?.lastRequestAt ?? "");
      if (used === undefined && (live.usage?.totalRequests ?? 0) > 0) {
        unsure("the account counts requests but doesn't say when the last one was");
        continue;
      }
      // The server's clock on both sides: a runner's clock that is off would invent idleness.
      const idle = Math.floor((listing.serverTime - (used ?? born)) / DAY_MS);
      if (idle <= params.idleDays) continue;
      const message =
        used === undefined ? `was never used in the ${idle} days since it was made` : `was last used ${idle} days ago`;
      findings.push({ code: "unused", path: "", urn, message: `the key ${message}` });
    }
    return findings;
  },
});
