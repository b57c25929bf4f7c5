import { PLAN_LIMITS, PLANS } from "../../provider/domain/plans.ts";
import { isUnknown } from "../key/view.ts";
import { define, type Finding } from "../rule.ts";
import { choice, integer, number } from "../settings/parameters.ts";
import { cwe, owaspApi } from "./references.ts";

const FIELDS = ["requestsPerMinute", "requestsPerHour", "requestsPerDay"] as const;

export const rateLimit = define({
  id: "rate-limit",
  title: "Every key has a rate limit that makes sense",
  severity: "medium",
  level: "mandatory",
  description: "A key's rate limit is set, within the plan and the environment's ceiling, and its numbers agree.",
  why:
    "The limit is what a leaked or looping key can cost in an hour, and what it takes away from the account's other keys. " +
    "Numbers that contradict each other give a limit nobody meant.",
  references: [
    owaspApi("API4:2023", "Unrestricted Resource Consumption"),
    cwe(770, "Allocation of Resources Without Limits or Throttling"),
  ],
  reads: ["rateLimit"],
  parameters: {
    plan: choice(
      "The account's plan, whose ceilings hold; `from-env` takes ZKSCORE_PLAN, `none` checks no plan.",
      ["from-env", "none", ...PLANS],
      "from-env",
    ),
    maxPerMinute: integer("The highest `requestsPerMinute` of one key in production.", 1000, 1),
    maxPerMinuteElsewhere: integer("The highest `requestsPerMinute` of one key outside production.", 300, 1),
    burstFactor: number("The most that `burstLimit` may be, as a multiple of `requestsPerMinute`.", 1),
  },
  remediation: [
    "set `rateLimit: { requestsPerMinute: … }` to what the application needs at its peak",
    "lower `requestsPerHour` and `burstLimit` to what `requestsPerMinute` allows",
  ],
  example: {
    stack: "acme-dev",
    path: "rateLimit.requestsPerMinute",
    insecure: 100_000,
    secure: 60,
  },
  *resource({ key, environment, params, plan }) {
    const limit = key.rateLimit;
    if (limit?.requestsPerMinute === undefined && !isUnknown(key, "rateLimit.requestsPerMinute")) {
      yield { code: "absent", path: "rateLimit.requestsPerMinute", message: "isn't set" };
    }
    if (limit === undefined) return;
    const wanted = params.plan === "from-env" ? plan?.trim().toLowerCase() : params.plan;
    const known = PLANS.find((name) => name === wanted);
    for (const field of FIELDS) {
      const ceiling = known === undefined ? undefined : PLAN_LIMITS[known][field];
      const asked = limit[field];
      if (ceiling !== undefined && asked !== undefined && asked > ceiling) {
        yield {
          code: `plan-${field}`,
          path: `rateLimit.${field}`,
          message: `is above the plan's ceiling of ${ceiling}`,
        };
      }
    }
    const ceiling = environment.production ? params.maxPerMinute : params.maxPerMinuteElsewhere;
    if (limit.requestsPerMinute !== undefined && limit.requestsPerMinute > ceiling) {
      yield {
        code: "ceiling",
        path: "rateLimit.requestsPerMinute",
        message: `is above the environment's ceiling of ${ceiling}`,
      };
    }
    yield* contradictions(limit, params.burstFactor);
  },
});

type Limit = { readonly [F in (typeof FIELDS)[number] | "burstLimit"]: number | undefined };

function* contradictions(limit: Limit, burstFactor: number): Iterable<Finding> {
  const { requestsPerMinute: minute, requestsPerHour: hour, requestsPerDay: day, burstLimit: burst } = limit;
  if (minute !== undefined && burst !== undefined && burst > burstFactor * minute) {
    yield {
      code: "burst",
      step: 1,
      path: "rateLimit.burstLimit",
      message: `is more than ${burstFactor} × \`requestsPerMinute\``,
    };
  }
  if (minute !== undefined && hour !== undefined && hour > minute * 60) {
    yield {
      code: "hour",
      step: 1,
      path: "rateLimit.requestsPerHour",
      message: "is more than `requestsPerMinute` × 60 and can't be reached",
    };
  }
  if (hour !== undefined && day !== undefined && day > hour * 24) {
    yield {
      code: "day",
      step: 1,
      path: "rateLimit.requestsPerDay",
      message: "is more than `requestsPerHour` × 24 and can't be reached",
    };
  }
  if (hour === undefined && minute !== undefined && day !== undefined && day > minute * 1440) {
    yield {
      code: "day",
      step: 1,
      path: "rateLimit.requestsPerDay",
      message: "is more than `requestsPerMinute` × 1440 and can't be reached",
    };
  }
}
