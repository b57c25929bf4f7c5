import { connect } from "node:net";
import type { z } from "zod";
import type { PlanLimits } from "../../provider/domain/plans.ts";
import type { UpdateRequest } from "../../provider/domain/wire.ts";
import { isLoopback } from "../contract/addresses.ts";
import { ApiFailure, type FailureKind } from "../contract/failures.ts";

/** The body of a create or an update; throws the documented failure that fits. Values are never quoted, only field paths. */
export function parseBody<T extends UpdateRequest>(schema: z.ZodType<T>, body: unknown, limits: PlanLimits): T {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw schemaFailure(parsed.error);
  checkCeilings(parsed.data.rateLimit, limits);
  return parsed.data;
}

function schemaFailure(error: z.ZodError): ApiFailure {
  const issue = error.issues[0];
  const path = issue?.path ?? [];
  const field = fieldName(path);
  const kind: FailureKind =
    path[0] === "permissions"
      ? "invalidPermissions"
      : path[0] === "webhooks" && path.includes("url")
        ? "invalidWebhookUrl"
        : "invalidParameters";
  return new ApiFailure(kind, `${field} ${reason(issue)}`, { details: { field } });
}

/** Our own words where the schema has some: zod's own may name what the client sent. */
function reason(issue: z.core.$ZodIssue | undefined): string {
  switch (issue?.code) {
    case "unrecognized_keys":
      return "has a field this API doesn't know";
    case "too_small":
    case "invalid_format":
    case "invalid_value":
    case "custom":
      return issue.message;
    default:
      return "is missing or of the wrong type";
  }
}

function fieldName(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return text === "" ? "the body" : text.replace(/^\./, "");
}

const CEILINGS = ["requestsPerMinute", "requestsPerHour", "requestsPerDay"] as const;

/** The one rule a schema can't say: the ceilings are the account's. */
function checkCeilings(rateLimit: UpdateRequest["rateLimit"], limits: PlanLimits): void {
  for (const field of CEILINGS) {
    const [value, ceiling] = [rateLimit?.[field], limits[field]];
    if (value !== undefined && ceiling !== undefined && value > ceiling) {
      throw new ApiFailure("rateLimitTooHigh", `rateLimit.${field} is above the plan's ${ceiling}`, {
        details: { field: `rateLimit.${field}`, maximum: ceiling },
      });
    }
  }
}

/** The "unreachable" half of *Invalid webhook URL*: refuses loopback URLs where nothing listens. */
export async function checkReachable(webhooks: UpdateRequest["webhooks"]): Promise<void> {
  for (const [index, webhook] of (webhooks ?? []).entries()) {
    const url = URL.parse(webhook.url);
    if (url !== null && isLoopback(url) && !(await listens(url))) {
      throw new ApiFailure("invalidWebhookUrl", `webhooks[${index}].url is unreachable`);
    }
  }
}

function listens(url: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
    const socket = connect({ host: url.hostname.replace(/^\[|\]$/g, ""), port, timeout: 2000 });
    const settle = (reachable: boolean): void => {
      socket.destroy();
      resolve(reachable);
    };
    socket.once("connect", () => settle(true));
    socket.once("error", () => settle(false));
    socket.once("timeout", () => settle(false));
  });
}
