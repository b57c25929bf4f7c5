import { parseBaseUrl } from "../api/baseUrl.ts";
import { ZkscoreError } from "../domain/errors.ts";
import { instantMs } from "../domain/instant.ts";
import { PLAN_LIMITS, PLANS, type PlanLimits } from "../domain/plans.ts";
import { DEFAULT_BASE_URL } from "../domain/vocabulary.ts";
import type { Settings } from "../handlers/context.ts";

type Environment = Readonly<Record<string, string | undefined>>;
/** A value of the stack configuration, by its name without `zkscore:`. */
type Configured = (name: string) => string | undefined;

/** Base URL and token: the environment first, so that a secret needs to stand in no file and reaches no state. */
export function connectionSettings(
  env: Environment,
  config: Configured,
): { baseUrl: string; token: string | undefined } {
  return {
    baseUrl: pick(env["ZKSCORE_BASE_URL"], config("baseUrl")) ?? DEFAULT_BASE_URL,
    token: pick(env["ZKSCORE_TOKEN"], config("token")),
  };
}

export interface HostSettings extends Settings {
  baseUrl: string;
  /** `ZKSCORE_NOW`: the instant that decides on expiry and rotation, for tests. */
  now?: number;
}

/** All settings of a run. Throws `ZKS_CONFIG` that names the setting and shows no value. */
export function hostSettings(env: Environment, config: Configured): HostSettings {
  const { baseUrl, token } = connectionSettings(env, config);
  const base = parseBaseUrl(baseUrl);
  const limits = planLimits(env, config);
  const now = fixedNow(env["ZKSCORE_NOW"], base.loopback);
  return {
    baseUrl,
    endpoint: `${base.loopback ? "http://loopback" : base.origin}${base.prefix}`,
    updates: updatesSetting(pick(env["ZKSCORE_UPDATES"], config("updates"))),
    confirmMissing: env["ZKSCORE_CONFIRM_MISSING"] === "1",
    confirmMoved: confirmMoved(env),
    ...(token === undefined ? {} : { token }),
    ...(limits === undefined ? {} : { limits }),
    ...(now === undefined ? {} : { now }),
  };
}

/** Where to, must be said in the same breath: the stack's configuration may still hold the old address. */
function confirmMoved(env: Environment): boolean {
  if (env["ZKSCORE_CONFIRM_MOVED"] !== "1") return false;
  if ((env["ZKSCORE_BASE_URL"] ?? "").trim() !== "") return true;
  throw wrong(
    "ZKSCORE_CONFIRM_MOVED",
    "it says that the deployment moved, and ZKSCORE_BASE_URL doesn't say where to",
    "set both for one run: ZKSCORE_CONFIRM_MOVED=1 ZKSCORE_BASE_URL=https://host/prefix pulumi up --refresh",
  );
}

function updatesSetting(value: string | undefined): "replace" | "patch" {
  const word = value?.toLowerCase() ?? "replace";
  if (word === "replace" || word === "patch") return word;
  throw wrong(
    "ZKSCORE_UPDATES / zkscore:updates",
    "it is neither replace nor patch",
    "set it to replace (default) or patch",
  );
}

const LIMIT_FIELDS = ["requestsPerMinute", "requestsPerHour", "requestsPerDay", "keysPerDay"] as const;

/** Ceilings of the plan, overridden one by one by `planLimits` (JSON). Without a plan only what is overridden counts. */
function planLimits(env: Environment, config: Configured): PlanLimits | undefined {
  const name = pick(env["ZKSCORE_PLAN"], config("plan"))?.toLowerCase();
  const plan = PLANS.find((known) => known === name);
  if (name !== undefined && plan === undefined) {
    throw wrong(
      "ZKSCORE_PLAN / zkscore:plan",
      "it is no plan of the API",
      `set it to one of ${PLANS.join(", ")}, or leave it out`,
    );
  }
  const overrides = pick(env["ZKSCORE_PLAN_LIMITS"], config("planLimits"));
  if (plan === undefined && overrides === undefined) return undefined;
  return {
    ...(plan === undefined ? {} : PLAN_LIMITS[plan]),
    ...(overrides === undefined ? {} : parseLimits(overrides)),
  };
}

function parseLimits(text: string): PlanLimits {
  const form = `write JSON such as {"requestsPerMinute": 600}; fields: ${LIMIT_FIELDS.join(", ")}`;
  const setting = "ZKSCORE_PLAN_LIMITS / zkscore:planLimits";
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw wrong(setting, "it is not JSON", form);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw wrong(setting, "it is not an object", form);
  for (const [field, value] of Object.entries(parsed)) {
    if (!LIMIT_FIELDS.some((known) => known === field)) throw wrong(setting, "it has a field that is no limit", form);
    if (!Number.isSafeInteger(value) || value < 1) throw wrong(setting, `${field} is not a whole number above 0`, form);
  }
  return parsed;
}

function fixedNow(text: string | undefined, loopback: boolean): number | undefined {
  if (text === undefined || text === "") return undefined;
  const ms = instantMs(text);
  if (ms === undefined) throw wrong("ZKSCORE_NOW", "it is not an ISO 8601 instant", "unset it; it is for tests only");
  if (loopback) return ms;
  throw wrong(
    "ZKSCORE_NOW",
    "it moves the clock that decides on expiry and rotation, and the API is a real one",
    "unset it",
  );
}

function pick(first: string | undefined, second: string | undefined): string | undefined {
  const given = [first, second].find((value) => value !== undefined && value.trim() !== "");
  return given?.trim();
}

function wrong(setting: string, why: string, remedy: string): ZkscoreError {
  return new ZkscoreError({
    code: "ZKS_CONFIG",
    what: `the setting ${setting} can't be used`,
    why,
    remedy,
    safe: "no request was made",
    outcome: "not-executed",
  });
}
