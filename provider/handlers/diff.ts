import { describeMs } from "../domain/duration.ts";
import type { KeyInputs, KeyState } from "../domain/inputs.ts";
import { instantMs } from "../domain/instant.ts";
import { dueEntries } from "../domain/rotation.ts";
import { hasUnknown } from "../domain/unknown.ts";
import { changedFields, dueReasons, localChanges, needsReplacement, timeoutsChanged } from "./changes.ts";
import type { HandlerContext } from "./context.ts";
import { serverNow } from "./remote.ts";
import { forcedFields } from "./replaceOnChanges.ts";
import { holderOf } from "./state.ts";
import { strayIds } from "./sweep.ts";

export interface DiffResult {
  changes: boolean;
  /** Fields that make it a replacement. */
  replaces: string[];
  deleteBeforeReplace: boolean;
}

/** What `up` would do, from the state and the program alone: no request. */
export function diff(context: HandlerContext, olds: KeyState, news: KeyInputs): DiffResult {
  const { run, clock, settings } = context;
  const owner = news.ownership.owner;
  const moved = owner !== holderOf(olds);
  run.shown.set(olds.keyId, { ...olds, heldBy: owner });
  const now = clock.now();
  const changed = changedFields(olds, news);
  const local = localChanges(olds, news);
  const due = dueReasons(olds, news, now);
  const replaces = unique([
    ...changed.filter((field) => settings.updates === "replace" || needsReplacement(field, news)),
    ...forcedFields([...changed, ...local], olds, news),
    ...due.map((reason) => reason.field),
  ]);
  // During a refresh the engine diffs the state with itself; only where the program runs does a diff announce anything.
  // Where a key depends on what is deleted first, the engine asks with unknowns and without `check`, and deletes this one, too.
  const programPhase = run.declared.has(owner) || (run.programRuns && hasUnknown(news));
  if (programPhase) {
    if (replaces.length > 0) {
      run.replacing.set(owner, { state: olds, news });
      run.kept.delete(olds.keyId);
    } else run.kept.add(olds.keyId);
    for (const line of pending(olds, news, due, now)) context.log.info(line);
  }
  // `update` ends nothing before the server agrees: where its clock is known, nothing is planned before either.
  const listing = context.client.known();
  const agreed = listing === undefined ? now : Math.min(now, serverNow(listing, clock.monotonic()));
  const ending = dueEntries(olds.previous, agreed).length > 0;
  const leftovers = olds.unfinished !== undefined || (programPhase && strayIds(context, olds, news).length > 0);
  return {
    changes:
      [...replaces, ...changed, ...local].length > 0 || timeoutsChanged(olds, news) || moved || ending || leftovers,
    replaces,
    // With an explicit name the old key must go first: the API wants unique names.
    deleteBeforeReplace: replaces.length > 0 && news.name !== undefined && news.name === olds.name,
  };
}

function unique(fields: readonly string[]): string[] {
  return [...new Set(fields)];
}

/** One line per thing that time or someone else caused; changes of the program need no explanation. */
function pending(olds: KeyState, news: KeyInputs, due: { reason: string }[], now: number): string[] {
  const who = `${news.ownership.name}: key ${olds.keyId}`;
  const lines = due.map(({ reason }) => `${who} will be replaced: ${reason}`);
  const drifted = Object.keys(olds.drift ?? {});
  if (drifted.length > 0) lines.push(`${who} was changed outside this program: ${drifted.join(", ")}`);
  for (const entry of olds.previous) {
    const left = (instantMs(entry.revokeAfter) ?? 0) - now;
    lines.push(
      left > 0
        ? `${who} replaced key ${entry.keyId}, which lives until ${entry.revokeAfter} (${describeMs(left)} from now)`
        : `${who} replaced key ${entry.keyId}, whose overlap ended at ${entry.revokeAfter}: it will be revoked`,
    );
  }
  if (olds.status === "inactive")
    lines.push(`${who} is inactive: someone suspended it; the provider leaves that as it is`);
  if (olds.adopt !== undefined && news.adopt === undefined && news.deletionPolicy === "revoke") {
    lines.push(`${who} was adopted and adopt is gone from the program: from now on removing it revokes the key`);
  }
  return lines;
}
