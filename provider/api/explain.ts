import type { ErrorCode } from "../domain/errors.ts";
import { ifCorrectedAlready, named, type Origin, type Origins } from "../domain/origins.ts";
import type { ErrorBody } from "./errorBody.ts";
import type { Operation } from "./operation.ts";

/** Code, cause and remedy of one refused request. */
export interface Explanation {
  code: ErrorCode;
  why: string;
  remedy: string;
}

/** What decides the explanation, and nothing of the server's own words. */
export interface Refusal {
  op: Operation;
  status: number;
  body: ErrorBody;
  /** The request was authenticated with a key given for it, not with the management token. */
  ownKey: boolean;
  origins: Origins | undefined;
}

/** Cause and remedy of an answer with status ≥ 400 (a 3xx and a malformed 2xx are told elsewhere). */
export function explain(refusal: Refusal): Explanation {
  const { status, body, op } = refusal;
  if (isQuota(refusal)) return quota(op);
  if (status === 401) return unauthorized(refusal);
  if (status === 403) return forbidden(refusal);
  if (status === 407 || status === 511) return betweenUs(status);
  if (op.method === "PATCH" && (status === 405 || status === 501)) {
    return {
      code: "ZKS_NO_UPDATE",
      why: "this deployment of the API can't change a key in place",
      remedy: "Set ZKSCORE_UPDATES or zkscore:updates to `replace` (the default); a change then makes a new key",
    };
  }
  if (status === 404 || status === 410) return notFound(refusal);
  if (isConflict(refusal)) {
    return {
      code: "ZKS_CONFLICT",
      why: "API key already exists: a live key of this account has this name, and names are unique",
      remedy:
        "Choose another `name`, or leave it out and let `namePrefix` make a new one each time; to take over the existing key use `adopt`, or revoke it first",
    };
  }
  if (status === 429) {
    return {
      code: "ZKS_RATE_LIMITED",
      why: "the account sends more requests than its plan allows right now",
      remedy: "Run the same command again later, with less at once (`pulumi up --parallel 2`)",
    };
  }
  if (status >= 500 || status === 408) {
    return {
      code: "ZKS_SERVER",
      why: body.fromApi
        ? "the API failed on its side"
        : "a server in front of the API, or the API itself, failed without an answer of the API's kind",
      remedy: "Run the same command again; if it lasts, ask ZKScore's support and give them the request id",
    };
  }
  return invalid(refusal);
}

/** A quota of the day, not a rate: waiting seconds doesn't help, and each try may count. */
export function isQuota({ status, body }: Pick<Refusal, "status" | "body">): boolean {
  if (status !== 429 && status !== 403 && status !== 402) return false;
  return body.topics.has("quota");
}

/** 409, or a 400 that says so: the seed lists "API key already exists" without a status. */
function isConflict({ status, body, op }: Refusal): boolean {
  if (op.method !== "POST" && op.method !== "PATCH") return false;
  if (status === 409) return true;
  return (status === 400 || status === 422) && body.topics.has("conflict") && !body.topics.has("webhook");
}

function quota(op: Operation): Explanation {
  return {
    code: "ZKS_QUOTA",
    why:
      op.method === "POST"
        ? "the plan's quota of keys created in a day is used up (free 5, starter 20, professional 100)"
        : "the plan's quota of requests is used up",
    remedy: "Run the same command again when the quota is new, or ask for a larger plan",
  };
}

function unauthorized({ body, ownKey, origins }: Refusal): Explanation {
  const token = named("token", origins?.token);
  const whose = ownKey ? "the API key this request was made with" : `the token in ${token}`;
  const expired = body.topics.has("expired");
  const revoked = body.topics.has("revoked");
  // "invalid, expired or revoked" says nothing about which.
  const one = expired !== revoked;
  const state = !one
    ? "is mistyped, expired, revoked, or of another deployment"
    : expired
      ? "has expired"
      : "was revoked";
  return {
    code: "ZKS_UNAUTHORIZED",
    why: `${whose} ${state}`,
    remedy: ownKey
      ? "Give the key's current secret"
      : `${SET_TOKEN[origins?.token ?? "default"]} to a valid management token of this account; check that ${named("baseUrl")} is the deployment that issued it${ifCorrectedAlready("token", origins?.token)}`,
  };
}

const SET_TOKEN: Readonly<Record<Origin, string>> = {
  environment: "Set ZKSCORE_TOKEN, which counts before any zkscore:token,",
  configuration: "Set zkscore:token (`pulumi config set --secret zkscore:token`), or ZKSCORE_TOKEN,",
  default: "Set ZKSCORE_TOKEN, or `pulumi config set --secret zkscore:token`,",
};

function forbidden({ body, ownKey, origins }: Refusal): Explanation {
  return {
    code: "ZKS_FORBIDDEN",
    why: !body.fromApi
      ? "something in front of the API (a proxy, a firewall) refused the request"
      : ownKey
        ? "the API key this request was made with may not do this"
        : `the token in ${named("token", origins?.token)} is valid but may not manage keys`,
    remedy: body.fromApi
      ? `Use a management token with write access to developer keys${ownKey ? "" : ifCorrectedAlready("token", origins?.token)}`
      : "Check the proxy and whether this machine's address is allowed to reach the API",
  };
}

/** Answers that no API gives: of something between it and us. */
function betweenUs(status: 407 | 511): Explanation {
  return status === 407
    ? {
        code: "ZKS_FORBIDDEN",
        why: "a proxy in front of the API wants to know who asks",
        remedy: "Set HTTPS_PROXY with user:password@ before its host, or ask who runs the proxy",
      }
    : {
        code: "ZKS_UNREACHABLE",
        why: "this network wants a login first (a captive portal); the API didn't see the request",
        remedy: "Log in to the network with a browser, then run the same command again",
      };
}

function notFound({ op, origins }: Refusal): Explanation {
  const moved = ifCorrectedAlready("baseUrl", origins?.baseUrl);
  const ofKey = op.template.includes("{keyId}");
  return {
    code: "ZKS_NOT_FOUND",
    why: ofKey
      ? "the account of this token has no live key with this id, or this deployment has no such endpoint"
      : "there is no such endpoint at this base URL",
    remedy: ofKey
      ? `Check that the token and ZKSCORE_BASE_URL are those of the account the key lives in; run \`pulumi refresh\`${moved}`
      : `Check ZKSCORE_BASE_URL or zkscore:baseUrl: its path prefix is part of it (some deployments use /v1, some /api/v1)${moved}`,
  };
}

function invalid({ body, status, op }: Refusal): Explanation {
  const says = (why: string, remedy: string): Explanation => ({ code: "ZKS_INVALID", why, remedy });
  const { topics } = body;
  if (op.method === "POST" || op.method === "PATCH") {
    if (topics.has("webhook")) {
      return says(
        "Invalid webhook URL: one of `webhooks[].url` is not a URL the API accepts, or it could not be reached",
        "Use a public https URL that answers now, or remove the webhook until its receiver is up",
      );
    }
    if (topics.has("rateLimit")) {
      return says(
        "Rate limit too high: a number in `rateLimit` is above what the account's plan allows",
        "Lower `rateLimit` or change the plan; with ZKSCORE_PLAN or zkscore:plan set, preview already finds this",
      );
    }
    if (topics.has("permissions")) {
      return says(
        "Invalid permissions: a resource, an action or a restriction that the API doesn't support, or a wrong structure",
        "Use resources identity, scores, achievements, trading, trust, attestations, all and actions read, write, delete, all; check `restrictions`",
      );
    }
    if (topics.has("expiry")) {
      return says("the API refused `expiry`", "Use an instant in the future, or `expiresIn`");
    }
  }
  return body.fromApi
    ? says("the API refused the request as invalid", "Compare the key's fields with the API reference")
    : says(
        `an answer that is not the API's came with HTTP ${status}, probably from a proxy or a wrong base URL`,
        "Check ZKSCORE_BASE_URL or zkscore:baseUrl, and any proxy in between",
      );
}
