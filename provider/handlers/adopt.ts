import type { Listing, RemoteKey } from "../api/types.ts";
import { ZkscoreError } from "../domain/errors.ts";
import type { KeyInputs, KeyState } from "../domain/inputs.ts";
import { decodeMarker } from "../domain/marker.ts";
import { wireKey } from "../domain/wire.ts";
import { type HandlerContext, InitFailure } from "./context.ts";
import { compareEcho, digests, echoOf } from "./echo.ts";
import { bodyOf } from "./ensure.ts";
import { isLive, nameOf } from "./remote.ts";
import { stateOf } from "./state.ts";

/** The key to adopt must be live in this account and must not be another stack's. */
export function assertAdoptable(inputs: KeyInputs, keyId: string, listing: Listing): RemoteKey {
  const key = listing.keys.get(keyId);
  const who = inputs.ownership.name;
  if (key === undefined || !isLive(key)) {
    throw refusal(
      `${who}: key ${keyId} can't be adopted`,
      key === undefined ? "the account doesn't list it" : `it is ${key.status.slice(0, 20)}`,
      "check adopt.keyId and the account, or remove adopt to make a new key",
    );
  }
  const marker = decodeMarker(key.metadata);
  if (marker !== undefined && marker.identity !== inputs.ownership.identity) {
    throw refusal(
      `${who}: ${nameOf(key)} can't be adopted`,
      `it belongs to ${marker.project}/${marker.stack} (${marker.name}), which would go on managing it`,
      "remove it there first (deletionPolicy: retain, then remove the resource), or adopt another key",
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
  keyId: string,
  apiKey: string,
): Promise<KeyState> {
  const listing = await context.client.list("fresh");
  const key = assertAdoptable(inputs, keyId, listing);
  await prove(context, inputs, key, apiKey);
  const attempt = context.random();
  const difference = differenceOf(inputs, key);
  const differs = Object.keys(difference.drift);
  if (differs.length > 0 && (context.settings.updates === "replace" || differs.includes("expiry"))) {
    throw refusal(
      `${inputs.ownership.name}: ${nameOf(key)} can't be adopted as declared`,
      `it differs in ${differs.join(", ")}, and a living key can't be changed there`,
      "declare what the key has now and change it later, or leave out adopt.apiKey: then a new key is made and this one retired after the overlap",
    );
  }
  context.run.made.set(key.id, { owner: inputs.ownership.owner, retires: [] });
  const state = stateOf({
    inputs,
    apiKey,
    key,
    name: inputs.name ?? key.name,
    endpoint: context.settings.endpoint,
    attempt,
    previous: [],
    serverTime: listing.serverTime,
    ...(inputs.expiry === undefined ? {} : { expiry: inputs.expiry }),
    adopted: true,
  });
  if (context.settings.updates === "replace") return state;
  try {
    const echo = await context.client.update(key.id, bodyOf(inputs, state.name, attempt, []));
    const { metadata: _first, ...confirmed } = digests(echoOf(inputs, echo));
    return { ...state, confirmed };
  } catch (error) {
    // The base line is what was declared, not what the key has: else a refresh would take the difference for confirmed.
    throw new InitFailure({ ...state, ...difference, unfinished: "sweep" }, error);
  }
}

async function prove(context: HandlerContext, inputs: KeyInputs, key: RemoteKey, apiKey: string): Promise<void> {
  try {
    await context.client.usage({ keyId: key.id }, apiKey);
  } catch (error) {
    if (!ZkscoreError.is(error) || (error.status !== 401 && error.status !== 403)) throw error;
    throw refusal(
      `${inputs.ownership.name}: adopt.apiKey isn't the secret of ${nameOf(key)}`,
      error.status === 401 ? "the API doesn't accept it" : "the API says that it belongs to another key",
      "give the key's own secret, or leave out adopt.apiKey: then a new key is made and this one retired after the overlap",
    );
  }
}

/** Where the key isn't what the program declares, both in the order-free form of the server's words. */
function differenceOf(inputs: KeyInputs, key: RemoteKey): ReturnType<typeof compareEcho> {
  const { description, permissions, rateLimit, expiry, webhooks, metadata } = inputs;
  const name = inputs.name ?? key.name;
  const declared = wireKey.parse({ ...key, name, description, permissions, rateLimit, expiry, webhooks, metadata });
  return compareEcho(digests(echoOf(inputs, declared)), echoOf(inputs, key));
}

function refusal(what: string, why: string, remedy: string): ZkscoreError {
  return new ZkscoreError({ code: "ZKS_INPUT", what, why, remedy, safe: "no key was created, changed or revoked" });
}
