import { durationMs } from "./duration.ts";
import { prefixFault } from "./inputSchema.ts";
import type { KeyInputs, RateLimit } from "./inputs.ts";
import { instantMs } from "./instant.ts";
import type { PlanLimits } from "./plans.ts";
import { isUnknown } from "./unknown.ts";

/** A field of the program that can't stand, in words: `path` names it, `text` gives cause and remedy. */
export interface Problem {
  path: string;
  text: string;
}

export interface RuleContext {
  /** True where the inputs will make a new key: only then must an instant lie ahead. */
  creating: boolean;
  now: number;
  /** Ceilings of the plan, if one is configured. */
  limits?: PlanLimits;
}

/** The rules that span several fields, over inputs that passed the schema. What is unknown is not judged. */
export function crossFieldProblems(inputs: KeyInputs, context: RuleContext): Problem[] {
  return [
    ...namingProblems(inputs, context),
    ...adoptionProblems(inputs),
    ...expiryProblems(inputs, context),
    ...rotationProblems(inputs, context),
    ...planProblems(inputs.rateLimit, context.limits),
  ];
}

function namingProblems({ name, namePrefix, rotation, ownership }: KeyInputs, { creating }: RuleContext): Problem[] {
  const problems: Problem[] = [];
  // A key that has its name keeps it: only a new one is named after the resource.
  const fault = creating && name === undefined && namePrefix === undefined ? prefixFault(ownership.name) : undefined;
  if (fault !== undefined) {
    problems.push({
      path: "namePrefix",
      text: `isn't set, and the resource's name can't serve as prefix: it ${fault}; set namePrefix, or rename the resource`,
    });
  }
  if (name !== undefined && namePrefix !== undefined) {
    problems.push({ path: "namePrefix", text: "stands beside name; keep one of the two" });
  }
  if (name !== undefined && positive(rotation?.overlap)) {
    problems.push({
      path: "rotation.overlap",
      text: "can't be kept with an explicit name, because the API wants unique names and the old key must go first; use namePrefix instead of name",
    });
  }
  return problems;
}

function adoptionProblems({ adopt, rotation }: KeyInputs): Problem[] {
  if (adopt === undefined || isUnknown(adopt) || adopt.apiKey !== undefined) return [];
  if (isUnknown(rotation) || isUnknown(rotation?.overlap) || positive(rotation?.overlap)) return [];
  const text =
    "isn't set, and adopting without adopt.apiKey makes a new key and retires the old one; say how long the old one may live";
  return [{ path: "rotation.overlap", text }];
}

function expiryProblems({ expiry, expiresIn }: KeyInputs, { creating, now }: RuleContext): Problem[] {
  const problems: Problem[] = [];
  if (expiry !== undefined && expiresIn !== undefined) {
    problems.push({ path: "expiresIn", text: "stands beside expiry; keep one of the two" });
  }
  const at = span(expiry, instantMs);
  if (creating && at !== undefined && at <= now) {
    problems.push({
      path: "expiry",
      text: "is in the past, so the new key could never be used; write an instant ahead",
    });
  }
  return problems;
}

function rotationProblems({ rotation, expiry, expiresIn }: KeyInputs, context: RuleContext): Problem[] {
  if (rotation === undefined || isUnknown(rotation)) return [];
  const problems: Problem[] = [];
  const every = span(rotation.every, durationMs);
  const window = span(rotation.window, durationMs);
  const overlap = span(rotation.overlap, durationMs);
  if (rotation.every === undefined && rotation.window !== undefined) {
    problems.push({
      path: "rotation.window",
      text: "has no meaning without rotation.every; set every, or remove window",
    });
  }
  if (every !== undefined && window !== undefined && window >= every) {
    problems.push({
      path: "rotation.window",
      text: "isn't shorter than rotation.every, so the key would be due at once; shorten it",
    });
  }
  if (every !== undefined && overlap !== undefined && overlap >= every) {
    problems.push({
      path: "rotation.overlap",
      text: "isn't shorter than rotation.every, so retired keys would pile up; shorten it",
    });
  }
  const lasts = span(expiresIn, durationMs) ?? (context.creating ? ahead(expiry, context.now) : undefined);
  if (every !== undefined && lasts !== undefined && lasts < every + (overlap ?? 0)) {
    problems.push({
      path: expiresIn === undefined ? "expiry" : "expiresIn",
      text: "ends before rotation.every plus rotation.overlap, so the key would die before its successor is in place; lengthen it, or rotate earlier",
    });
  }
  return problems;
}

function planProblems(limit: RateLimit | undefined, ceilings: PlanLimits | undefined): Problem[] {
  if (limit === undefined || ceilings === undefined || isUnknown(limit)) return [];
  return (["requestsPerMinute", "requestsPerHour", "requestsPerDay"] as const).flatMap((field) => {
    const asked = limit[field];
    const ceiling = ceilings[field];
    if (typeof asked !== "number" || ceiling === undefined || asked <= ceiling) return [];
    const text = `is above the plan's ceiling of ${ceiling}; lower it, or set zkscore:plan or zkscore:planLimits to what the account has`;
    return [{ path: `rateLimit.${field}`, text }];
  });
}

function ahead(expiry: string | undefined, now: number): number | undefined {
  const at = span(expiry, instantMs);
  return at === undefined || at <= now ? undefined : at - now;
}

function span(text: string | undefined, parse: (text: string) => number | undefined): number | undefined {
  return text === undefined || isUnknown(text) ? undefined : parse(text);
}

function positive(duration: string | undefined): boolean {
  return (span(duration, durationMs) ?? 0) > 0;
}
