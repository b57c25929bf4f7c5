import { instantMs, isoSeconds } from "../../provider/domain/instant.ts";
import { RESOURCES } from "../../provider/domain/vocabulary.ts";
import type { UsageResponse } from "../../provider/domain/wire.ts";
import type { KeyView } from "../key/view.ts";
import { NotEvaluated } from "../live/account.ts";
import { define, type Finding } from "../rule.ts";
import { integer } from "../settings/parameters.ts";
import { DAY_MS, granted, listed } from "./granted.ts";
import { nist } from "./references.ts";

const NAMED = RESOURCES.filter((resource) => resource !== "all");

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
  const total = usage.usage.totalRequests;
  if (total === 0) return undefined; // `unused-key` is about that
  const endpoints = usage.breakdown?.byEndpoint?.filter((entry) => entry.requests > 0) ?? [];
  const seen = endpoints.map(({ endpoint }) => resourceOf(endpoint));
  const counted = endpoints.reduce((sum, entry) => sum + entry.requests, 0);
  if (counted < total || seen.includes(undefined)) {
    throw new NotEvaluated("usage doesn't name the endpoint of every request, so an absent resource proves nothing");
  }
  const may = [...new Set(granted(key).map(({ grant }) => grant.resource))];
  const idle = may.filter((resource) => !seen.includes(resource));
  if (idle.length === 0) return undefined;
  if (idle.length === may.length) throw new NotEvaluated("usage shows other resources than the key may touch");
  const kept = may.filter((resource) => seen.includes(resource)).map((resource) => smaller(key, resource));
  const message =
    `no request for ${listed(idle)} from ${window} (${total} requests seen). ` +
    `Enough would be: permissions: [${kept.join(", ")}], each with the restrictions it has now`;
  return { code: "unused", path: "permissions", message };
}

function smaller(key: KeyView, resource: string): string {
  const actions = granted(key).flatMap(({ grant }) => (grant.resource === resource ? [`"${grant.action}"`] : []));
  return `{ resource: "${resource}", actions: [${[...new Set(actions)].join(", ")}] }`;
}

/**
 * `GET /v1/scores/{identity}` is about scores: the first part of the path that names a resource, placeholders left out.
 * `undefined` where none does.
 */
function resourceOf(endpoint: string): string | undefined {
  const parts = endpoint
    .toLowerCase()
    .replace(/\{[^}]*\}/g, "")
    .split(/[^a-z]+/);
  const named = parts.map((part) => NAMED.find((resource) => part === resource || `${part}s` === resource));
  return named.find((resource) => resource !== undefined);
}
