import { judgeAnswer, type Verdict } from "../../provider/domain/asked.ts";
import { grantingOf } from "../grants/access.ts";
import { isUnknown, type KeyView } from "../key/view.ts";
import { NotEvaluated } from "../live/account.ts";
import { define, type Finding } from "../rule.ts";
import { nist } from "./references.ts";

export const liveAsDeclared = define({
  id: "live-as-declared",
  title: "What lives is what was declared",
  severity: "high",
  level: "mandatory",
  description: "A living key may do no more than its resource says, and ends no later. (Live check.)",
  why:
    "Every other policy judges what the program says. A server that ignores a field, or a person who edits a key by hand, " +
    "leaves one that may do more, and the program that everybody reviews says nothing about it.",
  references: [nist("AC-6"), nist("CM-3")],
  reads: ["keyId", "permissions", "rateLimit", "expiry"],
  parameters: {},
  remediation: [
    "run `pulumi up --refresh`: it mends what was changed since the key was made, by a new key or in place",
    "where the key was made wider than asked, revoke it in the account, and run `pulumi up --refresh` once the API keeps what it is sent",
    "where it is to stay so, write it into the program, or agree on an exemption",
  ],
  example: {
    stack: "acme-prod",
    path: "account.permissions",
    insecure: [{ resource: "scores", actions: ["read"] }],
    secure: [{ resource: "scores", actions: ["read"], restrictions: { ipWhitelist: ["203.0.113.0/24"] } }],
    account: "The account's listing shows what the key may do. It was declared for the addresses of 203.0.113.0/24.",
  },
  async liveStack(subjects, account) {
    const known = subjects.filter(({ key }) => key.keyId !== undefined);
    if (known.length === 0) return [];
    const listing = await account.listing();
    if (!listing.complete) throw new NotEvaluated("the account's listing is incomplete");
    return known.flatMap(({ key, urn }): Finding[] => {
      const live = listing.keys.get(key.keyId ?? "");
      if (live === undefined) return [notEvaluated(urn, "the account's listing doesn't show this key")];
      if (["revoked", "expired"].includes(live.status.trim().toLowerCase())) return [];
      const unknown = ["permissions", "rateLimit", "expiry"].filter(
        (field) => isUnknown(key, field) || holdsUnknown(key, field),
      );
      const verdict = judgeAnswer(askedIn(key), live);
      return [
        ...findings(verdict.wider, urn, unknown),
        ...findings(verdict.rounded, urn, unknown, "raised"),
        ...findings(verdict.unseen, urn, unknown, "not-evaluated"),
        ...unknown.map((field) => notEvaluated(urn, `${field} isn't known here`)),
      ];
    });
  },
});

function askedIn({ permissions, rateLimit, expiry }: KeyView) {
  return { permissions: permissions.map(grantingOf), rateLimit, expiry };
}

/** `code` given: shown, and never blocking. */
function findings(
  found: Verdict["wider"],
  urn: string,
  unknown: readonly string[],
  code?: "raised" | "not-evaluated",
): Finding[] {
  return found
    .filter(({ field }) => !unknown.includes(field))
    .map(({ field, text }) => {
      const message =
        code === "not-evaluated" ? `not evaluated: no answer shows ${text}` : `the living key differs: ${text}`;
      return { code: code ?? "wider", path: field, urn, message, ...(code === undefined ? {} : { advisory: true }) };
    });
}

function notEvaluated(urn: string, why: string): Finding {
  return { code: "not-evaluated", path: "", urn, message: `not evaluated: ${why}`, advisory: true };
}

function holdsUnknown({ unknown }: KeyView, field: string): boolean {
  return [...unknown].some((path) => path.startsWith(`${field}.`) || path.startsWith(`${field}[`));
}
