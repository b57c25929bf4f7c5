import { isLive } from "../api/keyStatus.ts";
import type { AskedField } from "../domain/asked.ts";
import { dropUndefined, pick } from "../domain/bag.ts";
import { ZkscoreError } from "../domain/errors.ts";
import { FIELD_NAMES, FIELDS, type FieldName, fieldsIn } from "../domain/fields.ts";
import { withoutInputs } from "../domain/inputSchema.ts";
import type { KeyInputs, KeyState } from "../domain/inputs.ts";
import { rotateAt } from "../domain/rotation.ts";
import type { UpdateRequest } from "../domain/wire.ts";
import { digests, newSalt, observed } from "../keys/drift.ts";
import { markUsed } from "../keys/markUsed.ts";
import { bodyOf, prefixOf } from "../keys/mint.ts";
import { sweep } from "../keys/orphans.ts";
import { proveAsked, withUnproven } from "../keys/proveAsked.ts";
import { revokeDue, revokeSkipped } from "../keys/retired.ts";
import { revokeCompromised } from "../keys/revokeCompromised.ts";
import { declaredOf } from "../keys/state.ts";
import { acceptedDrift, endOf, keptDrift } from "../plan/accountInputs.ts";
import { changedFields, nameChanged, needsReplacement } from "../plan/changes.ts";
import { hasOrphans, sweptOwners } from "../plan/sweep.ts";
import { assertEndpoint } from "../stack/absence.ts";
import { type HandlerContext, InitFailure } from "../stack/context.ts";
import { knownListing } from "../stack/known.ts";
import { assertOwnership } from "../stack/ownership.ts";

/**
 * Brings a living key to the program's form where the API can (`patch`), revokes retired keys whose overlap is over, and goes on
 * with what an earlier run left. Fields that only this provider knows change without a request. Always the full outputs.
 */
export async function update(context: HandlerContext, olds: KeyState, news: KeyInputs): Promise<KeyState> {
  assertOwnership(context, news, olds);
  assertEndpoint(context, olds);
  context.view.showed(olds, news.ownership.owner);
  const changed = changedFields(olds, news).filter((field) => !needsReplacement(field, news));
  let state = { ...merge(olds, news), endpoint: context.settings.endpoint };
  if (changed.length > 0) state = await patch(context, olds, state, news);
  try {
    if (olds.ownership.identity !== news.ownership.identity && olds.heldBy === undefined) await markUsed(context, olds);
    state = { ...state, previous: await revokeDue(context, state) };
    await revokeSkipped(context, state);
    if (state.unfinished === "purge") return await proveAsked(context, await revokeCompromised(context, state));
    if (state.unfinished === "sweep" || hasOrphans(context.view, knownListing(context), olds, news)) {
      await sweep(context, sweptOwners(context.view, news, olds), { planned: state.previous });
    }
  } catch (error) {
    // The key is as declared by now; only what must be revoked is open, and the next run goes on with it.
    if (error instanceof InitFailure) throw error;
    throw new InitFailure(state, error);
  }
  const { unfinished: _done, ...finished } = state;
  return proveAsked(context, finished);
}

/**
 * The old outputs with the program's inputs: fields the program no longer sets go. Where it takes over what somebody else
 * has set, that becomes the base line.
 */
function merge(olds: KeyState, news: KeyInputs): KeyState {
  const { drift = {}, rotateAt: _due, ...made } = withoutInputs(olds);
  const kept = keptDrift(olds, news);
  const accepted = acceptedDrift(olds, news);
  const taken = fieldsIn(drift).filter((name) => accepted.has(name) && !kept.has(name));
  const left = Object.entries(drift).filter(([name]) => !taken.some((one) => one === name));
  const { salt = newSalt() } = olds;
  const { ownership } = olds;
  return dropUndefined({
    ...made,
    ...news,
    ...keptLists(olds, kept),
    salt,
    confirmed: { ...olds.confirmed, ...digests(pick(drift, taken), salt) },
    name: taken.includes("name") ? String(drift["name"]) : olds.name,
    expiry: taken.includes("expiry") ? endOf(drift["expiry"]) : olds.expiry,
    ownership: { ...ownership, ...dropUndefined({ ignored: news.ownership.ignored }) },
    declared: declaredOf(news),
    heldBy: ownership.owner === news.ownership.owner ? undefined : news.ownership.owner,
    rotateAt: rotateAt(olds, news.rotation),
    drift: left.length === 0 ? undefined : Object.fromEntries(left),
  });
}

/** Lists that stay as they were sent, with the places of the program's entries in them. */
function keptLists(olds: KeyState, kept: ReadonlySet<FieldName>): Partial<KeyInputs> {
  return kept.size === 0 ? {} : { ...pick(olds, [...kept]), ...dropUndefined({ order: olds.order }) };
}

async function patch(context: HandlerContext, olds: KeyState, state: KeyState, news: KeyInputs): Promise<KeyState> {
  if (context.settings.updates === "replace") throw cannotUpdate(olds, news, undefined);
  const name = nameFor(olds, news);
  // The marker always goes along.
  const differing = new Set([...changedFields(olds, news), "metadata"]);
  const changed = FIELD_NAMES.filter((name) => differing.has(name));
  const body: UpdateRequest = {
    ...emptied(changed),
    ...pick(bodyOf(news, name, olds.attempt, olds.previous), changed),
  };
  try {
    const echo = await context.client.update(olds.keyId, body);
    const { salt = newSalt() } = state;
    const { metadata: _first, ...confirmed } = digests(observed(news, { ...echo, metadata: null }), salt);
    const { drift: _mended, heldBy: _marked, ...rest } = state;
    const kept = [...keptDrift(olds, news)];
    for (const field of kept) Object.assign(confirmed, { [field]: olds.confirmed[field] });
    const drift = Object.fromEntries(kept.map((field) => [field, olds.drift?.[field]]));
    const now = { ...rest, ...(kept.length === 0 ? {} : { drift }), name, confirmed, salt, ownership: news.ownership };
    return withUnproven(context, now, echo, sentOf(Object.keys(body)), olds.drift);
  } catch (error) {
    if (ZkscoreError.is(error) && (error.code === "ZKS_NO_UPDATE" || error.status === 404)) {
      const key = (await context.client.list("fresh")).keys.get(olds.keyId);
      if (error.code === "ZKS_NO_UPDATE" || (key !== undefined && isLive(key)))
        throw cannotUpdate(olds, news, error.status);
    }
    throw error;
  }
}

/** What takes back a field that the program no longer sets. */
function emptied(names: readonly FieldName[]): UpdateRequest {
  const values = names.flatMap((name) => {
    const { update: carried } = FIELDS[name];
    return typeof carried === "object" ? [[name, carried.emptied]] : [];
  });
  return Object.fromEntries(values);
}

/** Of what was sent: what says how far the key reaches. */
function sentOf(fields: readonly string[]): AskedField[] {
  return (["permissions", "rateLimit"] as const).filter((field) => fields.includes(field));
}

function nameFor(olds: KeyState, news: KeyInputs): string {
  if (news.name !== undefined) return news.name;
  if (acceptedDrift(olds, news).has("name")) return String(olds.drift?.["name"]);
  return nameChanged(olds, news) ? `${prefixOf(news)}-${olds.attempt}` : olds.name;
}

function cannotUpdate(olds: KeyState, news: KeyInputs, status: number | undefined): ZkscoreError {
  return new ZkscoreError({
    code: "ZKS_NO_UPDATE",
    ...(status === undefined ? {} : { status }),
    what: `${news.ownership.name}: key ${olds.keyId} can't be changed in place`,
    why: status === undefined ? "ZKSCORE_UPDATES is replace" : "this deployment of the API has no update",
    remedy:
      "set ZKSCORE_UPDATES=replace (or zkscore:updates to replace): then each change makes a new key and retires this one",
    safe: "the key is unchanged and goes on working",
  });
}
