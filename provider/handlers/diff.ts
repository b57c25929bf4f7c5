import { serverNow } from "../api/keyStatus.ts";
import { describeMs } from "../domain/duration.ts";
import { fieldsIn } from "../domain/fields.ts";
import type { KeyInputs, KeyState } from "../domain/inputs.ts";
import { instantMs } from "../domain/instant.ts";
import { hasOverlap, overOf } from "../domain/rotation.ts";
import { hasUnknown, isUnknown } from "../domain/unknown.ts";
import { acceptedDrift } from "../plan/accountInputs.ts";
import {
  changedFields,
  localChanges,
  needsReplacement,
  placesChanged,
  type ReplacementReason,
  replacementReasons,
  timeoutsChanged,
} from "../plan/changes.ts";
import { explain } from "../plan/explanation.ts";
import { forcedFields } from "../plan/replaceOnChanges.ts";
import { skippedDeletions } from "../plan/retirement.ts";
import { hasOrphans } from "../plan/sweep.ts";
import { assertEndpoint } from "../stack/absence.ts";
import { decidingClock, earlierClock } from "../stack/clocks.ts";
import type { HandlerContext } from "../stack/context.ts";
import type { Replacement } from "../stack/facts.ts";
import { knownListing } from "../stack/known.ts";
import { holderOf, isIncident, sightingOf } from "../stack/view.ts";

export interface DiffResult {
  changes: boolean;
  /** Fields that make it a replacement. */
  replaces: string[];
  deleteBeforeReplace: boolean;
}

/** What `up` would do, from the state and the program alone: no request. */
export function diff(context: HandlerContext, olds: KeyState, news: KeyInputs): DiffResult {
  let replaced = false;
  try {
    const result = compare(context, olds, news);
    replaced = result.replaces.length > 0;
    return result;
  } finally {
    // One that is replaced is being registered until its new key is made.
    if (!replaced) context.view.registered(news.ownership.owner);
  }
}

function compare(context: HandlerContext, olds: KeyState, news: KeyInputs): DiffResult {
  const { view, settings } = context;
  const owner = news.ownership.owner;
  const renamed = owner !== holderOf(olds);
  view.showed(olds, owner);
  const now = decidingClock(context);
  const changed = changedFields(olds, news);
  const local = localChanges(olds, news);
  const due = replacementReasons(olds, news, now);
  const replacing = [
    ...changed.filter((field) => settings.updates === "replace" || needsReplacement(field, news)),
    ...forcedFields([...changed, ...local], olds, news),
  ];
  const replaces = [...new Set([...replacing, ...due.map((reason) => reason.field)])];
  // During a refresh the engine diffs the state with itself; only where the program runs does a diff announce anything.
  // A key may depend on one that is deleted first (it has a name). The engine then deletes this one first as well: it asks
  // with the unknown values of a preview, and without `check`.
  const programPhase = view.isDeclared(owner) || (view.isProgramRun && hasUnknown(news));
  if (programPhase) {
    assertEndpoint(context, olds);
    const incident = isIncident(sightingOf(olds), news);
    if (replaces.length > 0) view.announced(replacement(olds, news, incident, replacing.length > 0 ? [] : due), olds);
    else view.keeps(olds.keyId);
    const said = explain(olds, news, { fields: [...changed, ...local], due, replaced: replaces.length > 0, incident });
    if (said !== undefined) context.log.info(`${whoOf(olds, news)} ${said}`);
    for (const line of pending(olds, news, now)) context.log.info(line);
  }
  const moved = programPhase && olds.endpoint !== settings.endpoint;
  // `update` revokes nothing before the server agrees: where its clock is known, nothing is planned before either.
  const ending = overOf(olds.previous, earlierClock(context)).length > 0;
  const orphans =
    olds.unfinished !== undefined || olds.unproven !== undefined || (programPhase && leftAlive(context, olds, news));
  return {
    changes:
      [...replaces, ...changed, ...local].length > 0 ||
      [placesChanged, timeoutsChanged].some((differ) => differ(olds, news)) ||
      [renamed, moved, ending, orphans].includes(true),
    replaces,
    // With an explicit name the old key must go first: the API wants unique names.
    deleteBeforeReplace:
      replaces.length > 0 && news.name !== undefined && (news.name === olds.name || news.name === olds.drift?.["name"]),
  };
}

function replacement(
  olds: KeyState,
  news: KeyInputs,
  incident: boolean,
  due: readonly ReplacementReason[],
): Replacement {
  const instants = due.map(({ at }) => at).filter((at) => at !== undefined);
  const byTime = due.length > 0 && instants.length === due.length;
  return {
    owner: news.ownership.owner,
    keyId: olds.keyId,
    incident,
    overlaps: hasOverlap((hasUnknown(news.rotation) ? olds : news).rotation),
    ...(news.name === undefined || isUnknown(news.name) ? {} : { name: news.name }),
    ...(byTime ? { dueAt: Math.min(...instants) } : {}),
  };
}

/** This resource has keys in the account that no state holds, as far as this run has listed it. */
function leftAlive(context: HandlerContext, olds: KeyState, news: KeyInputs): boolean {
  const { view, clock } = context;
  const listing = knownListing(context);
  if (listing === undefined) return false;
  const now = serverNow(listing, clock.monotonic());
  return hasOrphans(view, listing, olds, news) || skippedDeletions(view, olds, listing, now).length > 0;
}

function whoOf({ keyId }: KeyState, { ownership }: KeyInputs): string {
  return `${ownership.name}: key ${keyId}`;
}

/** One line per thing that time or someone else caused. */
function pending(olds: KeyState, news: KeyInputs, now: number): string[] {
  const who = whoOf(olds, news);
  const lines: string[] = [];
  const accepted = acceptedDrift(olds, news);
  const drifted = fieldsIn(olds.drift ?? {}).filter((field) => !accepted.has(field));
  if (drifted.length > 0) lines.push(`${who} was changed outside this program: ${drifted.join(", ")}`);
  for (const entry of olds.previous) {
    const left = (instantMs(entry.revokeAfter) ?? 0) - now;
    lines.push(
      left > 0
        ? `${who} replaced key ${entry.keyId}, which lives until ${entry.revokeAfter} (${describeMs(left)} from now)`
        : `${who} replaced key ${entry.keyId}, whose overlap ended at ${entry.revokeAfter}: it will be revoked`,
    );
  }
  if (olds.unproven !== undefined)
    lines.push(`${who} may do more than was asked (${olds.unproven.join(", ")}): it is looked at again`);
  if (olds.status === "inactive")
    lines.push(`${who} is inactive: someone suspended it; the provider leaves that as it is`);
  if (olds.adopt !== undefined && news.adopt === undefined && news.deletionPolicy === "revoke") {
    lines.push(`${who} was adopted and adopt is gone from the program: from now on removing it revokes the key`);
  }
  return lines;
}
