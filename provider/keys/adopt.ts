import { isLive, markerOf, nameOf } from "../api/keyStatus.ts";
import type { Listing, RemoteKey } from "../api/types.ts";
import { durationMs } from "../domain/duration.ts";
import { ZkscoreError } from "../domain/errors.ts";
import { compareGrants } from "../domain/grants.ts";
import { grantsText } from "../domain/grantsText.ts";
import type { KeyInputs, KeyState, Retired } from "../domain/inputs.ts";
import { instantMs, isoSeconds } from "../domain/instant.ts";
import { withoutOver } from "../domain/rotation.ts";
import { shown } from "../domain/shown.ts";
import { wireKey } from "../domain/wire.ts";
import { claimOn } from "../plan/adoption.ts";
import { type HandlerContext, InitFailure } from "../stack/context.ts";
import { digests, driftFrom, newSalt, observed } from "./drift.ts";
import { bodyOf } from "./mint.ts";
import { withUnproven } from "./proveAsked.ts";
import { stateOf } from "./state.ts";

/** The key to adopt must be live in this account, and nobody else's to revoke: no other stack's, no other resource's. */
export function assertAdoptable(
  context: HandlerContext,
  inputs: KeyInputs,
  keyId: string,
  listing: Listing,
): RemoteKey {
  const key = listing.keys.get(keyId);
  const who = inputs.ownership.name;
  if (key === undefined || !isLive(key)) {
    throw refusal(
      `${who}: key ${keyId} can't be adopted`,
      key === undefined ? "the account doesn't list it" : `it is ${shown(key.status, 20)}`,
      "check adopt.keyId and the account, or remove adopt to make a new key",
    );
  }
  const marker = markerOf(key);
  if (marker !== undefined && context.view.identities.size === 0) {
    throw refusal(
      `${who}: ${nameOf(key)} can't be adopted`,
      "it carries a stack's mark, and this run hasn't been shown this stack's identity (--target, --exclude)",
      "run the same command for the whole stack",
    );
  }
  if (marker !== undefined && marker.identity !== inputs.ownership.identity) {
    throw refusal(
      `${who}: ${nameOf(key)} can't be adopted`,
      `it belongs to ${shown(`${marker.project}/${marker.stack}`)} (${shown(marker.name)}), which would go on managing it`,
      "leave out adopt, which makes a new key here; once that is in use, remove the old one there, or revoke it by hand",
    );
  }
  const claim = claimOn(key, inputs.ownership, listing, context.view);
  if (claim !== undefined) {
    throw refusal(
      `${who}: ${nameOf(key)} can't be adopted`,
      claim,
      "leave out adopt, which makes a new key; if no resource of this stack has or retires that key, run `pulumi up --refresh`",
    );
  }
  return key;
}

/**
 * Takes over a key whose secret is known. No POST. The secret is proved with the key itself: usage of its own id
 * answers 200 (assumed). Where the API lets it (`patch`), the key is brought to the declared form and marked as ours;
 * where it doesn't, what is declared must be what the key has.
 */
export async function adoptKey(
  context: HandlerContext,
  inputs: KeyInputs,
  { keyId, apiKey, retires }: { keyId: string; apiKey: string; retires: Retired[] },
  now: number,
): Promise<{ state: KeyState; answer: RemoteKey }> {
  const listing = await context.client.list("fresh");
  const key = assertAdoptable(context, inputs, keyId, listing);
  await prove(context, inputs, key, apiKey);
  if (outlives(key, inputs.expiresIn, now)) {
    throw refusal(
      `${inputs.ownership.name}: ${nameOf(key)} can't be adopted as declared`,
      `it ends ${key.expiry ? "later than expiresIn says" : "never"}, and the end of a living key can't be changed`,
      "remove expiresIn, or leave out adopt.apiKey: then a new key is made and this one retired after the overlap",
    );
  }
  assertDeclared(inputs, key);
  const attempt = context.random();
  const salt = newSalt();
  const difference = differenceOf(inputs, key, salt);
  const differs = Object.keys(difference.drift);
  if (differs.length > 0 && (context.settings.updates === "replace" || differs.includes("expiry"))) {
    throw refusal(
      `${inputs.ownership.name}: ${nameOf(key)} can't be adopted as declared`,
      `it differs in ${differs.join(", ")}, and a living key can't be changed there`,
      "declare what the key has now and change it later, or leave out adopt.apiKey: then a new key is made and this one retired after the overlap",
    );
  }
  const state = stateOf({
    inputs,
    apiKey,
    key,
    name: inputs.name ?? key.name,
    endpoint: context.settings.endpoint,
    attempt,
    previous: withoutOver(retires, now),
    serverTime: listing.serverTime,
    ...(inputs.expiry === undefined ? {} : { expiry: inputs.expiry }),
    adopted: true,
    retires,
    salt,
  });
  context.view.made(state, retires);
  if (context.settings.updates === "replace") return { state, answer: key };
  try {
    const echo = await context.client.update(key.id, bodyOf(inputs, state.name, attempt, retires));
    const { metadata: _first, ...confirmed } = digests(observed(inputs, echo), salt);
    return { state: withUnproven(context, { ...state, confirmed }, echo), answer: echo };
  } catch (error) {
    // The base line is what was declared, not what the key has: else a refresh would take the difference for confirmed.
    throw new InitFailure({ ...state, ...difference, unfinished: "sweep" }, error);
  }
}

/**
 * What confines the key and the program doesn't name: a new form of the key without it would lift it, for whoever has the
 * secret, and no preview shows that. An end can't be lifted at all: the key would end while the program says that it doesn't.
 */
function assertDeclared(inputs: KeyInputs, key: RemoteKey): void {
  const { wider } = compareGrants(key.permissions, inputs.permissions);
  const lifted = wider.filter(({ whole }) => !whole);
  const endless = inputs.expiry === undefined && inputs.expiresIn === undefined && Boolean(key.expiry);
  if (lifted.length === 0 && !endless) return;
  const found = [
    ...grantsText({ wider: lifted, narrower: [] }).map((text) => `as declared, ${text}`),
    ...(endless ? [`it ends${endText(key)}, and neither expiry nor expiresIn is declared`] : []),
  ];
  throw refusal(
    `${inputs.ownership.name}: ${nameOf(key)} can't be adopted as declared`,
    `it is confined in ways the program doesn't name: ${found.join("; ")}`,
    "declare its restrictions and its end as they are, and change them once it is adopted; or leave out adopt.apiKey: then a new key is made and this one retired after the overlap",
  );
}

function endText(key: RemoteKey): string {
  const end = instantMs(key.expiry ?? "");
  return end === undefined ? "" : ` at ${isoSeconds(end)}`;
}

function outlives(key: RemoteKey, expiresIn: string | undefined, now: number): boolean {
  const lasts = expiresIn === undefined ? undefined : durationMs(expiresIn);
  if (lasts === undefined) return false;
  return (instantMs(key.expiry ?? "") ?? Number.POSITIVE_INFINITY) > now + lasts;
}

async function prove(context: HandlerContext, inputs: KeyInputs, key: RemoteKey, apiKey: string): Promise<void> {
  const ask = (query: { keyId?: string }) =>
    context.client.usage(query, apiKey).then(
      () => undefined,
      (error: unknown) => {
        if (ZkscoreError.is(error)) return error;
        throw error;
      },
    );
  const error = await ask({ keyId: key.id });
  if (error === undefined) return;
  const who = inputs.ownership.name;
  const without =
    "leave out adopt.apiKey, with rotation.overlap set: then a new key is made and this one retired after the overlap";
  if (error.status === 401) {
    throw refusal(
      `${who}: adopt.apiKey isn't the secret of ${nameOf(key)}`,
      "the API doesn't accept it",
      `give the key's own secret, or ${without}`,
    );
  }
  // Only a secret that opens its own usage and not this key's is known to be another's.
  if (error.code === "ZKS_FORBIDDEN" && (await ask({})) === undefined) {
    throw refusal(
      `${who}: adopt.apiKey isn't the secret of ${nameOf(key)}`,
      "the API accepts it, and says that it belongs to another key",
      `give the key's own secret, or ${without}`,
    );
  }
  const unproven = `${who}: ${nameOf(key)} was not adopted, since it isn't known whether adopt.apiKey is its secret`;
  if (error.code === "ZKS_FORBIDDEN") {
    const confined = key.permissions.some(({ restrictions }) => (restrictions?.ipWhitelist ?? []).length > 0);
    throw refusal(
      unproven,
      `usage answered 403 to it${confined ? "; the key may be used only from the addresses of its ipWhitelist" : ", as to a key that may not ask, or one that a proxy or firewall stops"}`,
      `${confined ? "run this from one of those addresses" : "check what stands between this machine and the API"}; or ${without}`,
    );
  }
  if ([404, 405, 410, 501].includes(error.status ?? 0)) {
    throw refusal(unproven, `this deployment has no usage to ask with it (HTTP ${error.status})`, without);
  }
  throw new ZkscoreError({
    code: error.code,
    what: unproven,
    why: error.why,
    remedy: `${error.remedy}; or ${without}`,
    safe: "no key was created, changed or revoked",
    ...(error.status === undefined ? {} : { status: error.status }),
    ...(error.requestId === undefined ? {} : { requestId: error.requestId }),
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
  });
}

/** Where the key isn't what the program declares, both in the order-free form of the server's words. */
function differenceOf(inputs: KeyInputs, key: RemoteKey, salt: string): ReturnType<typeof driftFrom> {
  const { description, permissions, rateLimit, expiry, webhooks, metadata } = inputs;
  const name = inputs.name ?? key.name;
  // Said in other words is no difference: the account's words are then the base line.
  const asHere = compareGrants(permissions, key.permissions).equal ? key.permissions : permissions;
  const declared = wireKey.parse({
    ...key,
    name,
    description,
    permissions: asHere,
    rateLimit,
    expiry,
    webhooks,
    metadata,
  });
  return driftFrom({ confirmed: digests(observed(inputs, declared), salt), salt }, observed(inputs, key));
}

function refusal(what: string, why: string, remedy: string): ZkscoreError {
  return new ZkscoreError({ code: "ZKS_INPUT", what, why, remedy, safe: "no key was created, changed or revoked" });
}
