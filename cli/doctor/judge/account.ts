import { describeMs } from "../../../provider/domain/duration.ts";
import { ZkscoreError } from "../../../provider/domain/errors.ts";
import { instantMs, isoSeconds } from "../../../provider/domain/instant.ts";
import { failed, ok, unknown, type Verdict, warning } from "../check.ts";
import type { Facts } from "../look.ts";

/** A clock that is off by more is worth a look; `Date` is right to the second only. */
const SKEW_MAX_MS = 60_000;
const DAY_MS = 86_400_000;

export function token({ api: { settings, listing, first }, config }: Facts): Verdict {
  if (ZkscoreError.is(settings)) return unknown("without a base URL it can't be tried");
  const encrypted = config.get("token")?.secret === true;
  if ((settings.token ?? "") === "") {
    const here = 'ZKSCORE_TOKEN="$(pulumi config get zkscore:token)" zkscore-keys doctor';
    return encrypted
      ? unknown("only the stack's configuration has one, encrypted: not tried", here)
      : failed("neither ZKSCORE_TOKEN nor zkscore:token is set", "set ZKSCORE_TOKEN to a token that may manage keys");
  }
  if (ZkscoreError.is(listing) && ["ZKS_UNAUTHORIZED", "ZKS_FORBIDDEN"].includes(listing.code)) {
    return failed(`the API doesn't accept it: ${listing.why}`, listing.remedy);
  }
  if (
    ZkscoreError.is(listing) &&
    listing.code === "ZKS_CONFIG" &&
    first?.answer.kind === "answer" &&
    listing.status === undefined
  ) {
    return failed(listing.why, listing.remedy);
  }
  if (listing === undefined || ZkscoreError.is(listing))
    return unknown("it is set; whether it is accepted can't be told");
  if (settings.origins.token === "configuration") {
    return warning(
      "accepted; it stands in clear in the stack's file",
      "pulumi config rm zkscore:token, and set ZKSCORE_TOKEN; whoever read that file may have it: replace it",
    );
  }
  return ok("accepted; from the environment");
}

export function triedWithTheToken({ api: { settings, listing, usage } }: Facts): Verdict {
  if (ZkscoreError.is(settings) || (settings.token ?? "") === "" || listing === undefined)
    return unknown("nothing was tried");
  const said = (one: unknown) =>
    ZkscoreError.is(one) ? `${one.code}${one.status === undefined ? "" : ` (${one.status})`}` : "answered";
  const tried = `GET /developer/keys: ${said(listing)}; GET /developer/usage: ${said(usage)}`;
  const wrong = [listing, usage].find((one) => ZkscoreError.is(one));
  if (ZkscoreError.is(wrong)) return warning(`${tried}. ${wrong.why}`, wrong.remedy);
  if (!ZkscoreError.is(listing) && !listing.complete) {
    return warning(
      `${tried}. The listing contradicts itself, also when asked again: the provider trusts no absence in it`,
      "try again in a few minutes; if it lasts, ask the API's support",
    );
  }
  return ok(`${tried}. Creating and revoking weren't tried: --probe does`);
}

export function clock({ api: { first, settings }, env }: Facts): Verdict {
  if (!ZkscoreError.is(settings) && settings.now !== undefined) {
    return warning(`ZKSCORE_NOW replaces the clock: ${env["ZKSCORE_NOW"] ?? ""}`, "unset it; it is for tests only");
  }
  const date = first?.answer.kind === "answer" ? Date.parse(first.answer.date ?? "") : Number.NaN;
  if (first === undefined || Number.isNaN(date)) return unknown("no answer with a Date came");
  const skew = (first.askedAt + first.answeredAt) / 2 - date;
  const size = describeMs(Math.abs(skew));
  return Math.abs(skew) <= SKEW_MAX_MS
    ? ok(`this machine and the API agree to ${size}`)
    : warning(
        `this machine's clock is ${size} ${skew > 0 ? "ahead of" : "behind"} the API's`,
        "set the clock (NTP): expiry and rotation are decided by it",
      );
}

/** Of the day's creations: a key that the API forgot when it was revoked isn't seen, so it is a lower bound. */
export function quota({ api: { settings, listing } }: Facts): Verdict {
  if (listing === undefined || ZkscoreError.is(listing) || ZkscoreError.is(settings))
    return unknown("the account wasn't listed");
  const day = Math.floor(listing.serverTime / DAY_MS) * DAY_MS;
  const made = [...listing.keys.values()].filter((key) => (instantMs(key.createdAt) ?? 0) >= day).length;
  const found = `${made} of the listed keys were made today (UTC)`;
  const most = settings.limits?.keysPerDay;
  if (!listing.complete) return unknown(`${found}, and the listing is not complete`);
  if (most === undefined && settings.limits !== undefined)
    return ok(`${found}; the declared plan has no documented limit`);
  if (most === undefined) {
    return unknown(`${found}; how many the plan allows isn't known`, "set ZKSCORE_PLAN or zkscore:plan");
  }
  return made < most
    ? ok(`${found}, of ${most} that the plan allows`)
    : warning(
        `${found}: all ${most} that the plan allows`,
        `new keys can be made from ${isoSeconds(day + DAY_MS)} on; ZKS_QUOTA until then`,
      );
}
