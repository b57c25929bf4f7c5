import { canonical, normalised } from "../domain/canonical.ts";
import { durationText } from "../domain/duration.ts";
import { PREFIX_MAX } from "../domain/inputSchema.ts";
import type { KeyInputs, KeyState, Permission, Webhook } from "../domain/inputs.ts";
import { instantMs, isoSeconds } from "../domain/instant.ts";
import { sameJson } from "../domain/stable.ts";
import { alignedPermissions, alignedWebhooks, asWritten } from "../domain/written.ts";

/**
 * What drifted, as inputs: as the program would have to write it to agree with the account. `ignoreChanges` hands them
 * back, so the program then agrees. A value that is gone stays as an empty one: a field that came and went would lose
 * its mark as a secret.
 */
export function accountInputs(state: KeyState): Partial<KeyInputs> {
  const { drift = {} } = state;
  const wrote = asWritten(state);
  const fields = Object.entries(drift).map(([field, value]): Partial<KeyInputs> => {
    // Borders: `observed` gave these values.
    if (field === "name") return nameInput(state, String(value));
    if (field === "expiry") return endInput(state, value);
    if (field === "permissions") {
      const { permissions } = canonical({ permissions: value as Permission[] });
      return { permissions: alignedPermissions(permissions, wrote.permissions) };
    }
    if (field === "webhooks") {
      return { webhooks: alignedWebhooks(value as Webhook[], wrote.webhooks ?? []) };
    }
    return { [field]: value };
  });
  return normalised(Object.assign({}, ...fields) as Partial<KeyInputs>);
}

/** A derived name is said by its prefix: so it stays unique, and can overlap with its successor. */
function nameInput({ declared }: KeyState, name: string): Partial<KeyInputs> {
  return declared.includes("name") ? { name } : { namePrefix: name.slice(0, PREFIX_MAX) };
}

/** `end`: epoch ms, or what the server says instead. */
function endInput({ declared, createdAt }: KeyState, end: unknown): Partial<KeyInputs> {
  if (declared.includes("expiry")) return { expiry: typeof end === "number" ? isoSeconds(end) : String(end) };
  const born = instantMs(createdAt);
  return { expiresIn: typeof end === "number" && born !== undefined ? durationText(end - born) : "" };
}

/** An end as drift holds it (epoch ms, or the server's own words), as an instant; `undefined` = none. */
export function endOf(end: unknown): string | undefined {
  return typeof end === "number" ? isoSeconds(end) : String(end ?? "") || undefined;
}

/** Fields that drifted and that the program wants as the account has them: nothing is to be mended there. */
export function acceptedDrift(olds: KeyState, news: KeyInputs): Set<string> {
  const drifted = Object.keys(olds.drift ?? {});
  if (drifted.length === 0) return new Set();
  const has = canonical(accountInputs(olds));
  return new Set(
    drifted.filter((field) => {
      const inputs = inputsFor(field);
      const set = inputs.filter((input) => has[input] !== undefined || news[input] !== undefined);
      // A derived name without a prefix is no word of the program about the name that somebody gave.
      if (field === "name" && set.length === 0) return false;
      return set.every((input) => sameJson(has[input], news[input]));
    }),
  );
}

/**
 * Accepted lists of which `ignoreChanges` means places: they stay drift. Their base line keeps the program's entries, those
 * too that the account has no more: without them a place would mean another entry.
 */
export function keptDrift(olds: KeyState, news: KeyInputs): Set<string> {
  if ((news.ownership.ignored ?? []).length === 0) return new Set();
  return new Set([...acceptedDrift(olds, news)].filter((field) => field === "permissions" || field === "webhooks"));
}

function inputsFor(field: string): (keyof KeyInputs)[] {
  if (field === "name") return ["name", "namePrefix"];
  if (field === "expiry") return ["expiry", "expiresIn"];
  return [field as keyof KeyInputs]; // a border: `observed` names its fields as inputs
}
