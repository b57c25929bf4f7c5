import { grantName, matchGrants } from "../grants/catalogue.ts";
import { define } from "../rule.ts";
import { records } from "../settings/parameters.ts";
import { granted } from "./granted.ts";
import { cwe, nist } from "./references.ts";

/** Pairs that are harmless alone. Each is argued, and each can be replaced by configuration. */
const PAIRS = [
  {
    first: "scores:write",
    second: "trading:write",
    why: "who sets a score and trades on it can make the price first and take it after",
  },
  {
    first: "identity:write",
    second: "attestations:write",
    why: "who makes identities and vouches for them can populate a network with people who don't exist",
  },
  {
    first: "attestations:write",
    second: "trust:write",
    why: "who attests a fact and grants the trust that rests on it needs nobody else to be believed",
  },
  {
    first: "trust:write",
    second: "trading:write",
    why: "who raises trust and trades under it can lift the limits that were to bound the trade",
  },
  {
    first: "identity:delete",
    second: "attestations:delete",
    why: "who removes a subject and what was attested about it leaves no trace of either",
  },
] as const;

const GRANT = "^[a-z*?]+:[a-z*?]+$";

export const noToxicCombination = define({
  id: "no-toxic-combination",
  title: "No two powers that need two people",
  severity: "high",
  level: "mandatory",
  description: "A key doesn't hold two grants that are harmless alone and a fraud together.",
  why:
    "Separation of duties fails silently: each grant passes its own review. Restrictions don't undo a pair: one identity " +
    "on one chain is enough to be both judge and party, so they are not taken into account.",
  references: [nist("AC-5"), cwe(269, "Improper Privilege Management")],
  reads: ["permissions[].resource", "permissions[].actions"],
  parameters: {
    pairs: records(
      "The pairs: two grants as `resource:action` (with `*`), and why they don't belong together.",
      {
        first: { type: "string", pattern: GRANT },
        second: { type: "string", pattern: GRANT },
        why: { type: "string", minLength: 1 },
      },
      PAIRS,
    ),
  },
  remediation: ["make two keys, one for each half, and hand them to different applications"],
  example: {
    stack: "acme-dev",
    key: { permissions: [{ resource: "scores", actions: ["write"], restrictions: { identities: ["acme.zks"] } }] },
    path: "permissions[1]",
    insecure: { resource: "trading", actions: ["write"], restrictions: { identities: ["acme.zks"] } },
    secure: { resource: "trading", actions: ["read"], restrictions: { identities: ["acme.zks"] } },
  },
  *resource({ key, params }) {
    const held = granted(key);
    for (const [index, { first, second, why }] of params.pairs.entries()) {
      const [firsts, seconds] = [matchGrants(first), matchGrants(second)];
      if (firsts.length === 0 || seconds.length === 0) {
        const message = "names no grant of the catalogue, so it can never match";
        yield { code: "unknown-pattern", path: `pairs[${index}]`, message, advisory: true };
      }
      const one = held.find(({ grant }) => firsts.includes(grant));
      const other = held.find(({ grant }) => seconds.includes(grant) && grant !== one?.grant);
      if (one === undefined || other === undefined) continue;
      const message = `${grantName(one.grant)} here and ${grantName(other.grant)} at ${other.path}: ${why}`;
      yield { code: `pair-${index}`, path: one.path, message };
    }
  },
});
