import { connect } from "node:net";
import type { z } from "zod";
import type { PlanLimits } from "../provider/domain/plans.ts";
import { ACTIONS, RESOURCES } from "../provider/domain/vocabulary.ts";
import { type CreateRequest, createRequest, type UpdateRequest, updateRequest } from "../provider/domain/wire.ts";
import { isAddressOrBlock } from "./addresses.ts";
import { ApiFailure, type FailureKind } from "./failure.ts";

/** A create body, or the documented failure that fits. Values are never quoted, only field paths. */
export function parseCreate(body: unknown, limits: PlanLimits, now: number): CreateRequest {
  const parsed = createRequest.safeParse(body);
  if (!parsed.success) throw schemaFailure(parsed.error);
  checkFields(parsed.data, limits);
  if (parsed.data.expiry !== undefined) checkExpiry(parsed.data.expiry, now);
  return parsed.data;
}

/** An update body; `expiry` can't be changed. */
export function parseUpdate(body: unknown, limits: PlanLimits): UpdateRequest {
  const parsed = updateRequest.safeParse(body);
  if (!parsed.success) throw schemaFailure(parsed.error);
  checkFields(parsed.data, limits);
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
  const unknown =
    issue?.code === "unrecognized_keys" ? "has a field this API doesn't know" : "is missing or of the wrong type";
  return new ApiFailure(kind, `${field} ${unknown}`, { details: { field } });
}

function fieldName(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return text === "" ? "the body" : text.replace(/^\./, "");
}

function checkFields(body: UpdateRequest, limits: PlanLimits): void {
  if (body.name !== undefined && body.name.trim() === "") throw new ApiFailure("invalidParameters", "name is empty");
  if (body.permissions !== undefined) checkPermissions(body.permissions);
  if (body.rateLimit !== undefined) checkRateLimit(body.rateLimit, limits);
  body.webhooks?.forEach((webhook, index) => {
    if (!isWebhookUrl(webhook.url)) throw new ApiFailure("invalidWebhookUrl", `webhooks[${index}].url`);
    if (webhook.events.length === 0) throw new ApiFailure("invalidParameters", `webhooks[${index}].events is empty`);
  });
}

function checkPermissions(permissions: CreateRequest["permissions"]): void {
  if (permissions.length === 0) throw new ApiFailure("invalidPermissions", "permissions is empty");
  const resources: readonly string[] = RESOURCES;
  const actions: readonly string[] = ACTIONS;
  permissions.forEach((permission, index) => {
    const at = `permissions[${index}]`;
    if (!resources.includes(permission.resource)) {
      throw new ApiFailure("invalidPermissions", `${at}.resource must be one of ${RESOURCES.join(", ")}`);
    }
    if (permission.actions.length === 0 || permission.actions.some((action) => !actions.includes(action))) {
      throw new ApiFailure("invalidPermissions", `${at}.actions must be some of ${ACTIONS.join(", ")}`);
    }
    if (permission.restrictions?.ipWhitelist?.some((entry) => !isAddressOrBlock(entry)) === true) {
      throw new ApiFailure("invalidPermissions", `${at}.restrictions.ipWhitelist must hold addresses or CIDR blocks`);
    }
  });
}

const CEILINGS = ["requestsPerMinute", "requestsPerHour", "requestsPerDay"] as const;

function checkRateLimit(rateLimit: NonNullable<UpdateRequest["rateLimit"]>, limits: PlanLimits): void {
  for (const [field, value] of Object.entries(rateLimit)) {
    if (value !== undefined && (!Number.isSafeInteger(value) || value < 1)) {
      throw new ApiFailure("invalidParameters", `rateLimit.${field} must be a whole number, at least 1`);
    }
  }
  for (const field of CEILINGS) {
    const [value, ceiling] = [rateLimit[field], limits[field]];
    if (value !== undefined && ceiling !== undefined && value > ceiling) {
      throw new ApiFailure("rateLimitTooHigh", `rateLimit.${field} is above the plan's ${ceiling}`, {
        details: { field: `rateLimit.${field}`, maximum: ceiling },
      });
    }
  }
}

function checkExpiry(expiry: string, now: number): void {
  const iso = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(expiry);
  const at = Date.parse(expiry);
  if (!iso || Number.isNaN(at)) throw new ApiFailure("invalidParameters", "expiry must be an ISO 8601 instant");
  if (at <= now) throw new ApiFailure("invalidParameters", "expiry is in the past");
}

function isWebhookUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return (url.protocol === "https:" || url.protocol === "http:") && url.username === "" && url.password === "";
}

/** Whether a URL's host is this machine, the only place the emulator ever connects to. */
export function isLoopback(url: URL): boolean {
  return url.hostname === "localhost" || url.hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(url.hostname);
}

/** The "unreachable" half of *Invalid webhook URL*: refuses loopback URLs where nothing listens. */
export async function checkReachable(webhooks: UpdateRequest["webhooks"]): Promise<void> {
  for (const [index, webhook] of (webhooks ?? []).entries()) {
    const url = new URL(webhook.url);
    if (isLoopback(url) && !(await listens(url))) {
      throw new ApiFailure("invalidWebhookUrl", `webhooks[${index}].url is unreachable`);
    }
  }
}

function listens(url: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
    const socket = connect({ host: url.hostname.replace(/^\[|\]$/g, ""), port, timeout: 2000 });
    const end = (reachable: boolean): void => {
      socket.destroy();
      resolve(reachable);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
    socket.once("timeout", () => end(false));
  });
}
