import type { KeyInputs, KeyState } from "../domain/inputs.ts";
import { instantMs } from "../domain/instant.ts";
import { compromisedChanged, rotationDue, triggerChanged } from "../domain/rotation.ts";
import { sameJson } from "../domain/stable.ts";
import { isUnknown } from "../domain/unknown.ts";

/** Fields that live on the server and that an update can carry (assumed), in the words of the program. */
export const PATCHABLE = ["name", "description", "permissions", "rateLimit", "webhooks", "metadata"] as const;

/** Fields of the server that differ from what the program wants, drift included. */
export function changedFields(olds: KeyState, news: KeyInputs): string[] {
  const changed = PATCHABLE.filter((field) =>
    field === "name" ? nameChanged(olds, news) : !sameJson(olds[field], news[field]),
  );
  const drifted = Object.keys(olds.drift ?? {}).filter((field) => isManaged(field, news));
  return [...new Set<string>([...changed, ...drifted, ...expiryChanged(olds, news), ...adoptChanged(olds, news)])];
}

/** A derived name changes only with its prefix; a name the program doesn't set is never compared. */
export function nameChanged(olds: KeyState, news: KeyInputs): boolean {
  if (news.name !== undefined) return news.name !== olds.name;
  if (news.namePrefix === undefined || olds.adoptedAt !== undefined) return false;
  return olds.name.slice(0, -9) !== news.namePrefix;
}

/** Drift counts in what the program sets, and in what is derived for it: the name, and the end where `expiresIn` is set. */
function isManaged(field: string, news: KeyInputs): boolean {
  return field in news || field === "name" || (field === "expiry" && news.expiresIn !== undefined);
}

function expiryChanged(olds: KeyState, news: KeyInputs): string[] {
  if (news.expiresIn !== olds.expiresIn) return ["expiresIn"];
  const before = olds.declared.includes("expiry") ? olds.expiry : undefined;
  return before === news.expiry ? [] : ["expiry"];
}

function adoptChanged(olds: KeyState, news: KeyInputs): string[] {
  const wanted = news.adopt?.keyId;
  return wanted === undefined || wanted === olds.adopt?.keyId || wanted === olds.keyId ? [] : ["adopt"];
}

/** Why a key must give way to a new one although the program's fields are the same; in words for the preview. */
export function dueReasons(olds: KeyState, news: KeyInputs, now: number): { field: string; reason: string }[] {
  const reasons: { field: string; reason: string }[] = [];
  if (olds.status === "missing") reasons.push({ field: "status", reason: "it is gone from the account" });
  if (olds.status === "revoked") reasons.push({ field: "status", reason: "it was revoked outside this program" });
  const ends = instantMs(olds.expiry ?? "");
  if (olds.status === "expired" || (ends !== undefined && ends <= now)) {
    reasons.push({ field: "expiry", reason: `it expired${olds.expiry === undefined ? "" : ` at ${olds.expiry}`}` });
  }
  const due = rotationDue(olds, news.rotation);
  // Someone suspended it: a new key would give back by the clock what was taken on purpose.
  if (due !== undefined && due <= now && olds.status !== "inactive")
    reasons.push({ field: "rotateAt", reason: "its rotation is due" });
  if (triggerChanged(olds.rotation, news.rotation)) {
    const unknown = isUnknown(news.rotation?.trigger);
    reasons.push({ field: "rotation.trigger", reason: unknown ? "its trigger may change" : "its trigger changed" });
  }
  if (compromisedChanged(olds.rotation, news.rotation)) {
    reasons.push({ field: "rotation.compromised", reason: "it is declared compromised" });
  }
  return reasons;
}

/** Whether a replacement of `olds` ends every other key of the resource: declared compromised now, or before and not done. */
export function isIncident(olds: KeyState, news: KeyInputs): boolean {
  return olds.unfinished === "purge" || compromisedChanged(olds.rotation, news.rotation);
}

/** Fields that only this provider knows: changing them sends no request. */
export function localChanges(olds: KeyState, news: KeyInputs): string[] {
  return (["rotation", "deletionPolicy"] as const).filter((field) => !sameJson(olds[field], news[field]));
}

/** `read` and `delete` get the outputs alone: what they may take has to stand there. */
export function timeoutsChanged(olds: KeyState, news: KeyInputs): boolean {
  return !sameJson(olds.options?.timeouts, news.options?.timeouts);
}

/** Fields an update can't carry: no page or assumption lets them change on a living key. */
export function needsReplacement(field: string, news: KeyInputs): boolean {
  const patchable = (PATCHABLE as readonly string[]).includes(field);
  // A limit can be changed but not taken back: a body without it would leave the old one in force.
  return !patchable || (field === "rateLimit" && news.rateLimit === undefined);
}
