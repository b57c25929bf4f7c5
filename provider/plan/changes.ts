import { FIELD_NAMES, FIELDS, type FieldName, fieldsIn, isField } from "../domain/fields.ts";
import { PREFIX_MAX } from "../domain/inputSchema.ts";
import type { KeyInputs, KeyState } from "../domain/inputs.ts";
import { instantMs } from "../domain/instant.ts";
import { compromisedChanged, rotationDue, triggerChanged } from "../domain/rotation.ts";
import { sameJson } from "../domain/stable.ts";
import { isUnknown } from "../domain/unknown.ts";
import { acceptedDrift, endOf, keptDrift } from "./accountInputs.ts";

/** Fields of the account that differ from what the program wants, drift included. */
export function changedFields(olds: KeyState, news: KeyInputs): string[] {
  const accepted = acceptedDrift(olds, news);
  const changed = FIELD_NAMES.filter((name) => name !== "expiry" && isChanged(name, olds, news));
  const drifted = fieldsIn(olds.drift ?? {}).filter((name) => isManaged(name, news));
  const ends = accepted.has("expiry") ? [] : expiryChanged(olds, news);
  const fields = [...changed, ...drifted].filter((name) => !accepted.has(name));
  return [...new Set<string>([...fields, ...ends, ...adoptChanged(olds, news)])];
}

function isChanged(name: FieldName, olds: KeyState, news: KeyInputs): boolean {
  return name === "name" ? nameChanged(olds, news) : !sameJson(olds[name], news[name]);
}

/** A derived name changes only with its prefix; a name the program doesn't set is never compared. One that was taken over from the account is its own prefix. */
export function nameChanged(olds: KeyState, news: KeyInputs): boolean {
  if (news.name !== undefined) return news.name !== olds.name;
  if (news.namePrefix === undefined || olds.adoptedAt !== undefined) return false;
  return ![olds.name.slice(0, -9), olds.name.slice(0, PREFIX_MAX)].includes(news.namePrefix);
}

/** Drift counts in what the program sets, and in what is derived for it: the name, and the end where `expiresIn` is set. */
function isManaged(name: FieldName, news: KeyInputs): boolean {
  return name === "name" || FIELDS[name].inputs.some((input) => input in news);
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

/** Why a key is replaced although the program's fields are the same; in words for the preview. */
export interface ReplacementReason {
  field: string;
  reason: string;
  /** The clock alone says so, from this instant (epoch ms) on. */
  at?: number;
}

export function replacementReasons(olds: KeyState, news: KeyInputs, now: number): ReplacementReason[] {
  const reasons: ReplacementReason[] = [];
  if (olds.status === "missing") reasons.push({ field: "status", reason: "it is gone from the account" });
  if (olds.status === "revoked") reasons.push({ field: "status", reason: "it was revoked outside this program" });
  const expiry = acceptedDrift(olds, news).has("expiry") ? endOf(olds.drift?.["expiry"]) : olds.expiry;
  const ends = instantMs(expiry ?? "");
  const expired = { field: "expiry", reason: `it expired${expiry === undefined ? "" : ` at ${expiry}`}` };
  if (olds.status === "expired") reasons.push(expired);
  else if (ends !== undefined && ends <= now) reasons.push({ ...expired, at: ends });
  const due = rotationDue(olds, news.rotation);
  // Someone suspended it: a new key would give back by the clock what was taken on purpose.
  if (due !== undefined && due <= now && olds.status !== "inactive")
    reasons.push({ field: "rotateAt", reason: "its rotation is due", at: due });
  if (triggerChanged(olds.rotation, news.rotation)) {
    const unknown = isUnknown(news.rotation?.trigger);
    reasons.push({ field: "rotation.trigger", reason: unknown ? "its trigger may change" : "its trigger changed" });
  }
  if (compromisedChanged(olds.rotation, news.rotation)) {
    reasons.push({ field: "rotation.compromised", reason: "it is declared compromised" });
  }
  return reasons;
}

/** Fields that only this provider knows: changing them sends no request. */
export function localChanges(olds: KeyState, news: KeyInputs): string[] {
  return (["rotation", "deletionPolicy"] as const).filter((field) => !sameJson(olds[field], news[field]));
}

/** Where `ignoreChanges` means places, `read` must know which entry stands where. */
export function placesChanged(olds: KeyState, news: KeyInputs): boolean {
  const indexed = (news.ownership.ignored ?? []).length > 0 && keptDrift(olds, news).size === 0;
  return indexed && !sameJson(olds.order, news.order);
}

/** `read` and `delete` get the outputs alone: what they may take has to stand there. */
export function timeoutsChanged(olds: KeyState, news: KeyInputs): boolean {
  return !sameJson(olds.options?.timeouts, news.options?.timeouts);
}

/** What an update can't carry: no page or assumption lets it change on a living key. */
export function needsReplacement(changed: string, news: KeyInputs): boolean {
  if (!isField(changed)) return true;
  const { update } = FIELDS[changed];
  return update === "never" || (update === "set" && news[changed] === undefined);
}
