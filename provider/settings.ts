import { parseBaseUrl } from "./api/baseUrl.ts";
import { ZkscoreError } from "./domain/errors.ts";
import { instantMs } from "./domain/instant.ts";
import { ifCorrectedAlready, named, type Origin, type Origins, type SettingName } from "./domain/origins.ts";
import { PLAN_LIMITS, PLANS, type PlanLimits } from "./domain/plans.ts";
import { API_DOMAIN, DEFAULT_BASE_URL } from "./domain/vocabulary.ts";
import type { Settings } from "./stack/context.ts";

type Environment = Readonly<Record<string, string | undefined>>;
/** A value of the stack configuration, by its name without `zkscore:`. */
type Configured = (name: string) => string | undefined;

/**
 * Base URL and token: the environment first, so that a secret needs to stand in no file and reaches no state. Throws
 * `ZKS_CONFIG` where the configuration alone would say to whom the environment's token goes.
 */
export function connectionSettings(
  env: Environment,
  config: Configured,
): { baseUrl: string; token: string | undefined; origins: Origins } {
  const [baseUrl, token] = [
    pick(env["ZKSCORE_BASE_URL"], config("baseUrl")),
    pick(env["ZKSCORE_TOKEN"], config("token")),
  ];
  if (token.origin === "environment" && baseUrl.origin === "configuration" && baseUrl.value !== undefined) {
    assertTokenMayGo(baseUrl.value);
  }
  return {
    baseUrl: baseUrl.value ?? DEFAULT_BASE_URL,
    token: token.value,
    origins: { baseUrl: baseUrl.origin, token: token.origin },
  };
}

/** Whoever may write a stack's file may not thereby have the token of whoever runs it. */
function assertTokenMayGo(baseUrl: string): void {
  const { origin, loopback } = parseBaseUrl(baseUrl, "configuration");
  const { hostname } = new URL(origin);
  if (loopback || hostname === API_DOMAIN || hostname.endsWith(`.${API_DOMAIN}`)) return;
  throw new ZkscoreError({
    code: "ZKS_CONFIG",
    what: `the token in ZKSCORE_TOKEN doesn't go to ${new URL(origin).host}, which only zkscore:baseUrl names`,
    why: `it is no host of ${API_DOMAIN}, and whoever can change a stack's configuration could so get the token of whoever runs it`,
    remedy:
      "if the deployment is yours, set ZKSCORE_BASE_URL to it where ZKSCORE_TOKEN is set; or keep both in the stack's configuration (`pulumi config set --secret zkscore:token`)",
    safe: "no request was made",
    outcome: "not-executed",
  });
}

export interface HostSettings extends Settings {
  baseUrl: string;
  origins: Origins;
  /** `ZKSCORE_NOW`: the instant that decides on expiry and rotation, for tests. */
  now?: number;
}

/** All settings of a run. Throws `ZKS_CONFIG` that names the setting and shows no value. */
export function hostSettings(env: Environment, config: Configured): HostSettings {
  const { baseUrl, token, origins } = connectionSettings(env, config);
  const base = parseBaseUrl(baseUrl, origins.baseUrl);
  const limits = planLimits(env, config);
  const now = fixedNow(env["ZKSCORE_NOW"], base.loopback);
  return {
    baseUrl,
    origins,
    endpoint: `${base.loopback ? "http://loopback" : base.origin}${base.prefix}`,
    updates: updatesSetting(pick(env["ZKSCORE_UPDATES"], config("updates"))),
    acceptWider: names(pick(env["ZKSCORE_ACCEPT_WIDER"], config("acceptWider"))),
    confirmMissing: env["ZKSCORE_CONFIRM_MISSING"] === "1",
    confirmMoved: confirmMoved(env),
    ...(token === undefined ? {} : { token }),
    ...(limits === undefined ? {} : { limits }),
    ...(now === undefined ? {} : { now }),
  };
}

/** The address must be given with it: the stack's configuration may still hold the old address. */
function confirmMoved(env: Environment): boolean {
  if (env["ZKSCORE_CONFIRM_MOVED"] !== "1") return false;
  if ((env["ZKSCORE_BASE_URL"] ?? "").trim() !== "") return true;
  throw wrong(
    "ZKSCORE_CONFIRM_MOVED",
    "it says that the deployment moved, and ZKSCORE_BASE_URL doesn't say where to",
    "set both for one run: ZKSCORE_CONFIRM_MOVED=1 ZKSCORE_BASE_URL=https://host/prefix pulumi up --refresh",
  );
}

function updatesSetting({ value, origin }: Picked): "replace" | "patch" {
  const word = value?.toLowerCase() ?? "replace";
  if (word === "replace" || word === "patch") return word;
  throw wrongConfiguration(
    "updates",
    origin,
    "it is neither replace nor patch",
    "set it to replace (default) or patch",
  );
}

/** Names with commas between, or the JSON list that Pulumi makes of a list in the stack's file. */
function names({ value = "", origin }: Picked): string[] {
  const list = value.startsWith("[") ? parsedJson(value) : value.split(",");
  if (Array.isArray(list) && list.every((name) => typeof name === "string")) {
    return list.map((name) => name.trim()).filter((name) => name !== "");
  }
  throw wrongConfiguration(
    "acceptWider",
    origin,
    "it is no list of names",
    "write the resources' names or key ids with commas between: backend,reader",
  );
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const LIMIT_FIELDS = ["requestsPerMinute", "requestsPerHour", "requestsPerDay", "keysPerDay"] as const;

/** Ceilings of the plan, overridden one by one by `planLimits` (JSON). Without a plan only what is overridden counts. */
function planLimits(env: Environment, config: Configured): PlanLimits | undefined {
  const { value, origin } = pick(env["ZKSCORE_PLAN"], config("plan"));
  const name = value?.toLowerCase();
  const plan = PLANS.find((known) => known === name);
  if (name !== undefined && plan === undefined) {
    throw wrongConfiguration(
      "plan",
      origin,
      "it is no plan of the API",
      `set it to one of ${PLANS.join(", ")}, or leave it out`,
    );
  }
  const overrides = pick(env["ZKSCORE_PLAN_LIMITS"], config("planLimits"));
  if (plan === undefined && overrides.value === undefined) return undefined;
  return {
    ...(plan === undefined ? {} : PLAN_LIMITS[plan]),
    ...(overrides.value === undefined ? {} : parseLimits(overrides.value, overrides.origin)),
  };
}

function parseLimits(text: string, origin: Origin): PlanLimits {
  const form = `write JSON such as {"requestsPerMinute": 600}; fields: ${LIMIT_FIELDS.join(", ")}`;
  const wrongLimits = (why: string) => wrongConfiguration("planLimits", origin, why, form);
  const parsed = parsedJson(text);
  if (parsed === undefined) throw wrongLimits("it is not JSON");
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw wrongLimits("it is not an object");
  for (const [field, value] of Object.entries(parsed)) {
    if (!LIMIT_FIELDS.some((known) => known === field)) throw wrongLimits("it has a field that is no limit");
    if (!Number.isSafeInteger(value) || value < 1) throw wrongLimits(`${field} is not a whole number above 0`);
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

interface Picked {
  value: string | undefined;
  origin: Origin;
}

function pick(environment: string | undefined, configuration: string | undefined): Picked {
  const first = environment?.trim() ?? "";
  if (first !== "") return { value: first, origin: "environment" };
  const second = configuration?.trim() ?? "";
  return second === "" ? { value: undefined, origin: "default" } : { value: second, origin: "configuration" };
}

function wrongConfiguration(setting: SettingName, origin: Origin, why: string, remedy: string): ZkscoreError {
  const both = named(setting).replace(" or ", " / ");
  return wrong(both, why, `${remedy}${ifCorrectedAlready(setting, origin)}`);
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
