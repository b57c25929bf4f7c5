import type { ConnectFacts } from "../../../provider/api/connectFailure.ts";
import { explainUnreachable, type Unreachable } from "../../../provider/api/unreachable.ts";
import { ZkscoreError } from "../../../provider/domain/errors.ts";
import { failed, ok, unknown, type Verdict, warning } from "../check.ts";
import type { Facts } from "../look.ts";

/** What stands between this machine and the API, if the first request found something. */
interface Trouble extends Unreachable {
  at: "proxy" | "certificates" | "reachability";
}

function troubleOf({ api: { settings, first }, env }: Facts): Trouble | undefined {
  if (ZkscoreError.is(settings) || first?.answer.kind !== "failure") return undefined;
  const { unsent, timedOut, nodeCode } = first.answer;
  if (unsent === undefined) {
    return {
      at: "reachability",
      why: timedOut ? "it took the request and didn't answer within seconds" : `the connection broke${code(nodeCode)}`,
      remedy: "try again; if it lasts, check the API's status and what stands in between",
      final: false,
    };
  }
  const reason = explainUnreachable(new URL(settings.baseUrl).origin, unsent, env);
  return { at: placeOf(unsent, reason), ...reason };
}

function placeOf({ stage }: ConnectFacts, { why }: Unreachable): Trouble["at"] {
  if (stage !== "api") return "proxy";
  return why.startsWith("the certificate of") ? "certificates" : "reachability";
}

function code(text: string | undefined): string {
  return text === undefined ? "" : ` (${text})`;
}

export function settings({ api: { base, settings } }: Facts): Verdict {
  if (ZkscoreError.is(base)) return unknown("see base URL");
  return ZkscoreError.is(settings)
    ? failed(firstLine(settings), settings.remedy)
    : ok(`updates: ${settings.updates}${settings.limits === undefined ? "" : ", with the plan's limits"}`);
}

function firstLine({ message, why }: ZkscoreError): string {
  return `${message.split("\n")[0]?.replace(/ \[.*\]$/, "")}: ${why}`;
}

export function baseUrl({ api: { base, settings, listing } }: Facts): Verdict {
  if (ZkscoreError.is(base)) return failed(firstLine(base), base.remedy);
  if (ZkscoreError.is(settings)) return unknown("see settings");
  const from = settings.origins.baseUrl === "default" ? "the documented one" : `from the ${settings.origins.baseUrl}`;
  const { origin, pathname } = new URL(settings.baseUrl);
  const place = `${origin}${pathname.replace(/\/+$/, "")} (${from})`;
  const other = ZkscoreError.is(listing) && ["ZKS_NOT_FOUND", "ZKS_MALFORMED"].includes(listing.code);
  const redirected = ZkscoreError.is(listing) && listing.status !== undefined && Math.floor(listing.status / 100) === 3;
  return (other || redirected) && ZkscoreError.is(listing)
    ? failed(`${place} doesn't answer as the API does: ${listing.why}`, listing.remedy)
    : ok(place);
}

export function proxy(facts: Facts): Verdict {
  const { api, env } = facts;
  if (ZkscoreError.is(api.proxy)) return failed(firstLine(api.proxy), api.proxy.remedy);
  const trouble = troubleOf(facts);
  if (trouble?.at === "proxy") return failed(trouble.why, trouble.remedy);
  if (api.proxy !== undefined) return ok(`${api.proxy.variable}: ${api.proxy.place}`);
  if (ZkscoreError.is(api.settings)) return unknown("without a base URL it isn't known which proxy holds");
  const all = (env["ALL_PROXY"] ?? env["all_proxy"] ?? "") !== "";
  return all && new URL(api.settings.baseUrl).protocol === "https:" && noProxySet(env)
    ? warning("ALL_PROXY is set, and neither Pulumi nor this provider uses it", "set HTTPS_PROXY")
    : ok("none is used");
}

function noProxySet(env: NodeJS.ProcessEnv): boolean {
  return [env["HTTPS_PROXY"], env["https_proxy"]].every((one) => (one ?? "") === "");
}

export function certificates(facts: Facts): Verdict {
  const { extraCa, env, now } = facts;
  if (extraCa !== undefined && "fault" in extraCa) {
    const why = extraCa.fault === "none" ? "holds no certificate in PEM form" : "can't be read";
    return failed(
      `NODE_EXTRA_CA_CERTS names ${extraCa.file}, which ${why}`,
      "correct it: Node goes on without it, and says so once",
    );
  }
  const trouble = troubleOf(facts);
  if (trouble?.at === "certificates") return failed(trouble.why, trouble.remedy);
  if (env["NODE_TLS_REJECT_UNAUTHORIZED"] === "0") {
    return warning(
      "NODE_TLS_REJECT_UNAUTHORIZED=0 is set: not obeyed here, but by the rest of the program",
      "unset it, and name your authority with NODE_EXTRA_CA_CERTS",
    );
  }
  if (extraCa?.endsAt.every((at) => at < now) === true) {
    return warning(
      `every certificate in ${extraCa.file} (NODE_EXTRA_CA_CERTS) has expired`,
      "replace it with its successor",
    );
  }
  return ok(
    extraCa === undefined ? "Node's own authorities" : `Node's own authorities and ${extraCa.endsAt.length} more`,
  );
}

export function reachability(facts: Facts): Verdict {
  const { first, listing } = facts.api;
  const trouble = troubleOf(facts);
  if (trouble?.at === "reachability") return failed(trouble.why, trouble.remedy);
  if (trouble !== undefined) return unknown(`not reached: see ${trouble.at}`);
  if (first?.answer.kind !== "answer") return unknown("nothing was asked");
  const { status } = first.answer;
  if (status >= 500) return failed(`it answers ${status}`, "wait; if it lasts, ask the API's support");
  const late = ZkscoreError.is(listing) && ["ZKS_DEADLINE", "ZKS_INTERRUPTED", "ZKS_SERVER"].includes(listing.code);
  return late
    ? warning(`it answers one request, and not the whole listing: ${listing.why}`, listing.remedy)
    : ok(`answers within ${first.answeredAt - first.askedAt} ms`);
}
