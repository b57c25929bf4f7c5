import type { z } from "zod";
import { normalised } from "../domain/canonical.ts";
import { inputSchema } from "../domain/inputSchema.ts";
import type { KeyInputs } from "../domain/inputs.ts";
import { leakProblems } from "../domain/leaks.ts";
import { crossFieldProblems, type Problem } from "../domain/rules.ts";
import { oneLine } from "../domain/shown.ts";
import { sameJson } from "../domain/stable.ts";
import { hasUnknown, isUnknown } from "../domain/unknown.ts";
import { WEBHOOK_EVENTS } from "../domain/vocabulary.ts";
import { ignoredProblems } from "../plan/ignored.ts";
import type { HandlerContext } from "../stack/context.ts";
import { ownershipProblem } from "../stack/ownership.ts";

export interface CheckResult {
  inputs: KeyInputs;
  /** Fields that can't stand. Each text starts with the field's path and never shows a value. */
  failures: string[];
}

/**
 * Judges what the program wrote and gives it back, each element in its one spelling, in the program's own order. No request, no state. Unknown values of a preview
 * pass through unjudged. `olds` is empty where the inputs will make a new key.
 */
export function check(context: HandlerContext, olds: object, news: object): CheckResult {
  const given = absentNulls(news);
  const problems = schemaProblems(given, olds);
  // A border: what the schema accepted has this shape, save where a value is unknown or a problem was found.
  const inputs = given as unknown as KeyInputs;
  if (problems.length === 0) problems.push(...ownershipProblems(context, olds, inputs));
  // Only now: a resource that claims to be another one declares nothing.
  if (typeof inputs.ownership?.owner === "string") {
    if (problems.every(({ path }) => !path.startsWith("ownership"))) context.view.declares(inputs.ownership.owner);
  }
  if (problems.length > 0) return { inputs, failures: problems.map(sentence) };

  const result = normalised({
    ...inputs,
    deletionPolicy: inputs.deletionPolicy ?? (inputs.adopt ? "retain" : "revoke"),
  });
  const creating = Object.keys(olds).length === 0;
  const rules = crossFieldProblems(result, {
    creating,
    now: context.clock.now(),
    ...(context.settings.limits === undefined ? {} : { limits: context.settings.limits }),
  });
  warnUnknownEvents(context, result);
  const found = [...rules, ...ignoredProblems(olds, result), ...leakProblems(olds, result)];
  if (found.length === 0 && typeof result.ownership.owner === "string")
    context.view.registering(result.ownership.owner);
  return { inputs: result, failures: found.map(sentence) };
}

function ownershipProblems({ view }: HandlerContext, olds: object, { ownership }: KeyInputs): Problem[] {
  // `ignoreChanges` hands back what the state has, which was judged when it was written.
  if (sameJson(Reflect.get(olds, "ownership"), ownership)) return [];
  const text = ownershipProblem(view, ownership);
  return text === undefined ? [] : [{ path: "ownership", text }];
}

function sentence({ path, text }: Problem): string {
  return oneLine(`${path}: ${text}`);
}

const WRONG_FORM = "is not of the right type or form; see the field's documentation";

/** The schema's complaints, save those about values that are not known yet. */
function schemaProblems(given: Record<string, unknown>, olds: object): Problem[] {
  // What the schema has no words of its own for.
  const parsed = inputSchema.safeParse(given, { error: () => WRONG_FORM });
  if (parsed.success) return [];
  return parsed.error.issues
    .filter(({ path }) => !concernsUnknown(given, path) && !isTakenOver(given, olds, path))
    .flatMap(problemsOf);
}

/**
 * True for what `ignoreChanges` takes from the old inputs: a field as it stands there was judged when it was written, or
 * is what the account has. In a list that is mixed of both, an entry without actions or events is one that the account
 * has no more. A webhook's URL that stands there at its place is taken over alone as well: the account may hold one that no
 * program may write.
 */
function isTakenOver(given: object, olds: object, path: readonly PropertyKey[]): boolean {
  const at = (root: object, steps: readonly PropertyKey[]) =>
    steps.reduce<unknown>(
      (value, step) => (typeof value === "object" && value !== null ? Reflect.get(value, step) : undefined),
      root,
    );
  const same = (steps: readonly PropertyKey[]) =>
    at(olds, steps) !== undefined && sameJson(at(olds, steps), at(given, steps));
  if (path.length === 0) return false;
  const [, index, list] = path;
  const emptied = typeof index === "number" && (list === "actions" || list === "events") && path.length === 3;
  const url = path[0] === "webhooks" && path[2] === "url";
  return same(path.slice(0, 1)) || (url && same(path)) || (emptied && same(path) && sameJson(at(given, path), []));
}

function problemsOf(issue: z.core.$ZodIssue): Problem[] {
  const path = pathText(issue.path);
  if (issue.code === "unrecognized_keys") {
    const text = "is not a field here; remove it, or correct its spelling";
    return issue.keys.map((key) => ({ path: path === "" ? key : `${path}.${key}`, text }));
  }
  return [{ path, text: issue.message }];
}

/** True if the value at `path`, or one above it, is unknown; a list or object that holds an unknown part is judged. */
function concernsUnknown(root: unknown, path: readonly PropertyKey[]): boolean {
  let value = root;
  for (const step of path) {
    if (isUnknown(value)) return true;
    value = typeof value === "object" && value !== null ? Reflect.get(value, step) : undefined;
  }
  return isUnknown(value) || (Array.isArray(value) && hasUnknown(value) && value.length > 0);
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, step) =>
      typeof step === "number" ? `${text}[${step}]` : text === "" ? String(step) : `${text}.${String(step)}`,
    "",
  );
}

/** An `Output` of `undefined` arrives as null: both mean that the field isn't set. Entries of lists stay. */
function absentNulls(value: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
      if (inner === null || inner === undefined || key === "__provider") return [];
      return [[key, key === "metadata" ? inner : nested(inner)]];
    }),
  );
}

function nested(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(nested);
  return typeof value === "object" && value !== null ? absentNulls(value) : value;
}

function warnUnknownEvents(context: HandlerContext, inputs: KeyInputs): void {
  if (!Array.isArray(inputs.webhooks)) return;
  const known: ReadonlySet<string> = new Set(WEBHOOK_EVENTS);
  for (const [index, hook] of inputs.webhooks.entries()) {
    if (hasUnknown(hook) || hook.events.every((event) => known.has(event))) continue;
    context.log.warn(
      `${inputs.ownership.name}: webhooks[${index}].events names an event the API's pages don't list; it is sent as written`,
    );
  }
}
