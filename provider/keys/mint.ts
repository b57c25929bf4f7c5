import { hasName, isLive, markerOf, nameOf } from "../api/keyStatus.ts";
import type { CreatedKey, RemoteKey } from "../api/types.ts";
import { pick } from "../domain/bag.ts";
import { ZkscoreError } from "../domain/errors.ts";
import { FIELD_NAMES } from "../domain/fields.ts";
import type { KeyInputs, Ownership, Retired } from "../domain/inputs.ts";
import { encodeMarker } from "../domain/marker.ts";
import type { CreateRequest } from "../domain/wire.ts";
import type { HandlerContext } from "../stack/context.ts";
import { explainConflict } from "./nameTaken.ts";
import { revokeListed } from "./revoke.ts";

export interface Minted extends CreatedKey {
  attempt: string;
  /** The name as it was sent. */
  sentName: string;
}

/** How often a listing is asked for a key that a name conflict says is there. */
const LISTING_LOOKS = 4;

/**
 * One POST, and the settlement of an answer that was lost. The API documents one idempotency, unique names:
 * - the key shows in a fresh listing: it was committed, its secret is lost; revoke it and make another;
 * - it doesn't show: repeat with the *same* name. Created means that the first never was and can't become any more;
 *   a conflict means that it lives and the listing lags: look until it shows, revoke it, make another.
 * At most one further key is made, since each counts against the daily quota.
 */
export async function mint(
  context: HandlerContext,
  inputs: KeyInputs,
  expiry: string | undefined,
  retires: Retired[],
): Promise<Minted> {
  const first = attemptOf(context, inputs, expiry, retires);
  try {
    return await post(context, first);
  } catch (error) {
    if (!mayHaveRun(error)) throw await explainConflict(context, inputs, error);
    context.log.warn(`${inputs.ownership.name}: the answer to creating "${first.body.name}" was lost; settling it`);
    return await settle(context, first, () => attemptOf(context, inputs, expiry, retires), error);
  }
}

interface Attempt {
  attempt: string;
  ownership: Ownership;
  body: CreateRequest & { name: string };
}

async function settle(
  context: HandlerContext,
  lost: Attempt,
  another: () => Attempt,
  cause: ZkscoreError,
): Promise<Minted> {
  if (await revokeLost(context, lost, 1)) return createFinal(context, another());
  try {
    return await post(context, lost);
  } catch (error) {
    if (mayHaveRun(error)) return giveUp(context, lost, error);
    if (!ZkscoreError.is(error) || error.code !== "ZKS_CONFLICT") throw error;
  }
  if (await revokeLost(context, lost, LISTING_LOOKS)) return createFinal(context, another());
  throw unsettled(context, lost, cause);
}

/** The one further key. If its answer is lost too, it is revoked, and the run ends with an error and nothing left. */
async function createFinal(context: HandlerContext, attempt: Attempt): Promise<Minted> {
  try {
    return await post(context, attempt);
  } catch (error) {
    if (!mayHaveRun(error)) throw error;
    return giveUp(context, attempt, error);
  }
}

async function giveUp(context: HandlerContext, lost: Attempt, cause: ZkscoreError): Promise<never> {
  const gone = await revokeLost(context, lost, 1).catch(() => false);
  if (!gone) throw unsettled(context, lost, cause);
  throw new ZkscoreError({
    code: cause.code,
    ...(cause.status === undefined ? {} : { status: cause.status }),
    what: `the answers to creating "${lost.body.name}" were lost twice in a row`,
    why: cause.why,
    remedy: "run `pulumi up` again once the API answers reliably",
    safe: "the keys whose answers were lost are revoked; nothing is left behind",
  });
}

/** Revokes the key of a lost answer, and whatever copies its mark, if a fresh listing shows it. False: not seen. */
async function revokeLost(context: HandlerContext, lost: Attempt, looks: number): Promise<boolean> {
  for (let look = 1; look <= looks; look++) {
    const listing = await context.client.list("fresh");
    const found = [...listing.keys.values()].filter((key) => isLive(key) && isAttempt(key, lost));
    for (const key of found) {
      await revokeListed(context, key, lost.ownership.identity);
      context.log.warn(`revoked ${nameOf(key)}: it was created, but its secret was lost with the answer`);
    }
    if (found.length > 0) return true;
    if (look < looks) await context.clock.sleep(500 * 2 ** look);
  }
  return false;
}

/**
 * By the marker's attempt; where the server dropped the marker, by a derived name, which no one else can have made.
 * An explicit name without a readable marker is never taken for ours.
 */
function isAttempt(key: RemoteKey, { attempt, ownership, body }: Attempt): boolean {
  const marker = markerOf(key);
  if (marker !== undefined) {
    return marker.attempt === attempt && marker.owner === ownership.owner && marker.identity === ownership.identity;
  }
  return hasName(key, body.name) && body.name.endsWith(`-${attempt}`);
}

function attemptOf(
  context: HandlerContext,
  inputs: KeyInputs,
  expiry: string | undefined,
  retires: Retired[],
): Attempt {
  const attempt = context.random();
  const name = inputs.name ?? `${prefixOf(inputs)}-${attempt}`;
  return {
    attempt,
    ownership: inputs.ownership,
    body: { ...bodyOf(inputs, name, attempt, retires), ...(expiry === undefined ? {} : { expiry }) },
  };
}

export function prefixOf(inputs: KeyInputs): string {
  return inputs.namePrefix ?? inputs.ownership.name;
}

/** The fields of create and update, without `expiry`, which no update carries. */
export function bodyOf(
  inputs: KeyInputs,
  name: string,
  attempt: string,
  retires: Retired[],
): Omit<CreateRequest, "expiry"> & { name: string } {
  const { permissions, metadata, ownership, deletionPolicy } = inputs;
  const { project, stack, name: logical, identity, owner } = ownership;
  const keep = deletionPolicy === "retain";
  return {
    ...pick(
      inputs,
      FIELD_NAMES.filter((field) => field !== "expiry"),
    ),
    name,
    permissions,
    metadata: {
      ...metadata,
      ...encodeMarker({ project, stack, name: logical, identity, owner, attempt, retires, keep }),
    },
  };
}

async function post(context: HandlerContext, { attempt, body }: Attempt): Promise<Minted> {
  return { ...(await context.client.create(body)), attempt, sentName: body.name };
}

function mayHaveRun(error: unknown): error is ZkscoreError {
  return ZkscoreError.is(error) && error.outcome === "unknown";
}

function unsettled(context: HandlerContext, lost: Attempt, cause: ZkscoreError): ZkscoreError {
  const holder = [...(context.client.known()?.keys.values() ?? [])].find(
    (key) => isLive(key) && hasName(key, lost.body.name),
  );
  const unmarked = holder !== undefined;
  return new ZkscoreError({
    code: "ZKS_INTERRUPTED",
    ...(cause.status === undefined ? {} : { status: cause.status }),
    what: `whether key "${lost.body.name}" was created is not known`,
    why: unmarked
      ? `its answer was lost (${cause.code}), and ${nameOf(holder)} has its name and nothing that says who made it`
      : `its answer was lost (${cause.code}) and the listing doesn't show it yet`,
    remedy: unmarked
      ? "if nobody else made that key, revoke it and run `pulumi up` again; with namePrefix instead of name the provider can tell by itself"
      : "run `pulumi up --refresh` again: it revokes the key if it exists, and makes a new one",
    safe: "nobody has its secret, and no other key was touched",
  });
}
