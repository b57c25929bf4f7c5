import { describeMs, durationMs } from "../domain/duration.ts";
import { compareGrants } from "../domain/grants.ts";
import { grantsText } from "../domain/grantsText.ts";
import type { KeyInputs, KeyState, Permission, RateLimit, Rotation, Webhook } from "../domain/inputs.ts";
import { instantMs } from "../domain/instant.ts";
import { hasOverlap } from "../domain/rotation.ts";
import { hasUnknown, isUnknown } from "../domain/unknown.ts";
import { RATE_LIMITS } from "../domain/vocabulary.ts";
import type { ReplacementReason } from "./changes.ts";

/** What `diff` found. */
export interface Change {
  /** Fields in which program and key differ, those that send no request too. */
  fields: readonly string[];
  /** What time or somebody else caused. */
  due: readonly ReplacementReason[];
  replaced: boolean;
  /** Declared compromised: nothing of the old key lives on. */
  incident: boolean;
}

/**
 * What a change means, for who reviews it: how far the key reaches before and after, what becomes of the old one, and what
 * it costs. In words and counts: any value of the program may be a secret. Undefined where nothing of the key changes.
 */
export function explain(olds: KeyState, news: KeyInputs, change: Change): string | undefined {
  const why = [
    ...change.due.map(({ reason }) => reason),
    ...change.fields.flatMap((field) => meaning(field, olds, news)),
  ];
  if (!change.replaced) return why.length === 0 ? undefined : `will be changed in place: ${why.join("; ")}`;
  const made = news.adopt?.apiKey === undefined || news.adopt.keyId === olds.adopt?.keyId;
  const parts = [why.join("; ") || "as declared", fateOf(olds, news, change), made ? COST : ""];
  return `will be replaced: ${parts.filter((part) => part !== "").join(". ")}`;
}

const COST = "The new key counts as one creation of the day's quota";

/** What becomes of the old key. */
function fateOf(olds: KeyState, news: KeyInputs, { incident }: Change): string {
  if (["missing", "revoked", "expired"].includes(olds.status)) return "";
  if (incident) return "The old key is revoked at once, and so is every key that it has replaced";
  if (hasUnknown(news.rotation)) return "";
  if (hasOverlap(news.rotation)) {
    const ms = durationMs(news.rotation?.overlap ?? "") ?? 0;
    return `The old key lives on for ${describeMs(ms)} after that (rotation.overlap)`;
  }
  return news.name === undefined
    ? "The old key is revoked in the same run, once what takes its secret has the new one"
    : "The old key is revoked first: with a name of its own a key has no overlap";
}

function meaning(field: string, olds: KeyState, news: KeyInputs): string[] {
  switch (field) {
    case "permissions":
      return permissions(olds, news);
    case "rateLimit":
      return limits(olds.rateLimit, news.rateLimit);
    case "webhooks":
      return webhooks(olds.webhooks, news.webhooks);
    case "expiry":
      return [moved(instantMs(olds.expiry ?? ""), news.expiry, (text) => instantMs(text), "it ends")];
    case "expiresIn":
      return [moved(durationMs(olds.expiresIn ?? ""), news.expiresIn, durationMs, "it ends")];
    case "rotation":
      return rotation(olds.rotation, news.rotation);
    case "deletionPolicy":
      return [`deletionPolicy ${olds.deletionPolicy} → ${news.deletionPolicy}`];
    case "adopt":
      return ["another key is taken over"];
    default:
      return [`${field} ${verb(olds[field as keyof KeyState], news[field as keyof KeyInputs])}`]; // reads absent ones too
  }
}

/** Against what the account has, where somebody changed it. */
function permissions(olds: KeyState, { permissions: after }: KeyInputs): string[] {
  if (hasUnknown(after)) return ["permissions may change: they aren't known yet"];
  const drifted = olds.drift?.["permissions"];
  const before = drifted === undefined ? olds.permissions : (drifted as Permission[]); // a border: `observed` gave it
  const comparison = compareGrants(before, after);
  return comparison.equal ? ["permissions equal: the same grants in other entries"] : grantsText(comparison);
}

function limits(before: RateLimit = {}, after: RateLimit = {}): string[] {
  return RATE_LIMITS.filter((name) => before[name] !== after[name]).map((name) => {
    const [had, has] = [before[name], after[name]];
    if (had === undefined || has === undefined || isUnknown(has)) return `${name} ${verb(had, has)}`;
    return `${name} ${has > had ? "is raised" : "is lowered"}`;
  });
}

function webhooks(before: readonly Webhook[] = [], after: readonly Webhook[] = []): string[] {
  if (hasUnknown(after)) return ["webhooks may change: they aren't known yet"];
  const missing = (one: readonly Webhook[], other: readonly Webhook[]) =>
    one.filter(({ url }) => !other.some((hook) => hook.url === url)).length;
  const [added, removed] = [missing(after, before), missing(before, after)];
  const counts = [...(added > 0 ? [`+ ${added}`] : []), ...(removed > 0 ? [`- ${removed}`] : [])];
  return [`webhooks ${counts.join(", ") || "change (events or secret)"}`];
}

/** Durations are no secrets; what `trigger` and `compromised` hold may be, and both have a reason of their own. */
function rotation(before: Rotation = {}, after: Rotation = {}): string[] {
  if (hasUnknown(after)) return ["rotation may change: it isn't known yet"];
  return (["every", "window", "overlap"] as const)
    .filter((part) => before[part] !== after[part])
    .map((part) => `rotation.${part} ${before[part] ?? "none"} → ${after[part] ?? "none"}`);
}

function moved(
  before: number | undefined,
  after: string | undefined,
  read: (text: string) => number | undefined,
  what: string,
): string {
  if (after === undefined) return `${what} no longer by itself`;
  const then = read(after);
  if (before === undefined || then === undefined) return `${what} by itself`;
  return `${what} ${then > before ? "later" : "sooner"}`;
}

function verb(before: unknown, after: unknown): string {
  if (hasUnknown(after)) return "may change: it isn't known yet";
  if (before === undefined) return "is set";
  return after === undefined ? "is no longer set" : "changes";
}
