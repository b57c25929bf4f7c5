import { isLive, nameOf } from "../api/keyStatus.ts";
import type { RemoteKey } from "../api/types.ts";
import { type AskedField, type Finding, judgeAnswer, type Verdict } from "../domain/asked.ts";
import { ZkscoreError } from "../domain/errors.ts";
import type { KeyState } from "../domain/inputs.ts";
import { type HandlerContext, InitFailure } from "../stack/context.ts";
import { driftFrom, observed } from "./drift.ts";
import { askedOf } from "./state.ts";

/**
 * The state of a key that was just made or changed, with what the answer leaves open of `fields`: those in which it shows
 * more than was asked, or nothing. `drifted`: what this mends; an account that keeps more than it answers would be mended at every
 * run. They get no base line: with one of what nobody asked for, any later mending were drift.
 */
export function withUnproven(
  context: HandlerContext,
  state: KeyState,
  answer: RemoteKey,
  fields: readonly AskedField[] = ["permissions", "rateLimit", "expiry"],
  drifted: Readonly<Record<string, unknown>> = {},
): KeyState {
  const { unproven: before = [], ...proven } = state;
  const verdict = onlyOf(judgeAnswer(askedOf(state), answer), fields);
  const mended = fields.filter((field) => Object.hasOwn(drifted, field));
  const doubted = new Set([...mended, ...[...verdict.wider, ...verdict.unseen].map(({ field }) => field)]);
  if (doubted.size === 0) warnRounded(context, state, verdict);
  const unproven = [...before.filter((field) => !fields.includes(field)), ...doubted];
  return unproven.length === 0 ? proven : { ...proven, unproven, confirmed: without(state.confirmed, unproven) };
}

/**
 * Looks again, in a fresh listing, at what an answer left open. As asked, or accepted by the setting: what lives becomes
 * the base line. Else an init failure: the engine keeps the key with its secret, hands it to nothing, and `update` looks
 * again. `answer`: what counts where no listing shows the key.
 */
export async function proveAsked(context: HandlerContext, state: KeyState, answer?: RemoteKey): Promise<KeyState> {
  const { unproven, ...proven } = state;
  if (unproven === undefined) return state;
  const listed = await context.client.list("fresh").then(
    ({ keys }) => keys.get(state.keyId),
    (error: unknown) => {
      if (answer === undefined) throw new InitFailure(state, error);
      return undefined;
    },
  );
  const key = listed ?? answer;
  if (key === undefined) throw new InitFailure(state, unlisted(state));
  const verdict = onlyOf(judgeAnswer(askedOf(state), key), unproven);
  if (verdict.wider.length > 0 && !isAccepted(context, state))
    throw new InitFailure(state, widerError(state, key, verdict));
  if (verdict.wider.length > 0) {
    context.log.info(
      `${state.ownership.name}: ${nameOf(key)} may do more than was asked, as the settings accept: ${texts(verdict.wider)}`,
    );
  }
  warnRounded(context, state, verdict);
  if (verdict.unseen.length > 0) {
    context.log.warn(
      `${state.ownership.name}: whether ${nameOf(key)} is as asked can't be told: no answer shows ${texts(verdict.unseen)}`,
    );
  }
  const { confirmed, salt } = driftFrom(proven, observed(askedOf(proven), key));
  return { ...proven, confirmed, salt };
}

/** Names a key that may do more than the program says, as far as no drift says it. Never more than a warning. */
export function warnWider(context: HandlerContext, state: KeyState, key: RemoteKey): void {
  if (!isLive(key) || isAccepted(context, state)) return;
  const drifted = Object.keys(state.drift ?? {});
  const wider = judgeAnswer(askedOf(state), key).wider.filter(({ field }) => !drifted.includes(field));
  if (wider.length === 0) return;
  context.log.warn(
    `${state.ownership.name}: ${nameOf(key)} may do more than was asked: ${texts(wider)}. It was left as it is; ` +
      `to replace it, run \`pulumi up --refresh --replace "**::${state.ownership.name}"\`; to accept it, ${acceptBy(state)}`,
  );
}

function warnRounded(context: HandlerContext, { keyId, ownership }: KeyState, { rounded }: Verdict): void {
  if (rounded.length > 0) {
    context.log.warn(`${ownership.name}: the API rounded up what was asked for key ${keyId}: ${texts(rounded)}`);
  }
}

function isAccepted({ settings }: HandlerContext, { keyId, ownership }: KeyState): boolean {
  return settings.acceptWider.some((entry) => entry === keyId || entry === ownership.name);
}

function acceptBy({ ownership }: KeyState): string {
  return `add ${ownership.name} to zkscore:acceptWider (ZKSCORE_ACCEPT_WIDER)`;
}

function widerError(state: KeyState, key: RemoteKey, { wider }: Verdict): ZkscoreError {
  return new ZkscoreError({
    code: "ZKS_WIDER",
    what: `${state.ownership.name}: ${nameOf(key)} may do more than was asked, or live longer`,
    why: `${texts(wider)}. So the account shows it; this deployment of the API, or something before it, changed or dropped what was sent`,
    remedy:
      `revoke the key in the account, or have it brought to what was asked there, and run \`pulumi up --refresh\`; ` +
      `to accept it, ${acceptBy(state)} and run \`pulumi up\` again`,
    safe: "the key and its secret are in the state; the next run looks again and makes no other key",
  });
}

function unlisted(state: KeyState): ZkscoreError {
  return new ZkscoreError({
    code: "ZKS_WIDER",
    what: `${state.ownership.name}: whether key ${state.keyId} is as asked isn't known`,
    why: "the answer that made it showed more than was asked, and the account's listing doesn't show the key",
    remedy: "run `pulumi up --refresh` again in a few minutes",
    safe: "the key and its secret are in the state; no other key was made",
  });
}

function onlyOf(verdict: Verdict, fields: readonly AskedField[]): Verdict {
  const among = (findings: Finding[]) => findings.filter(({ field }) => fields.includes(field));
  return { wider: among(verdict.wider), rounded: among(verdict.rounded), unseen: among(verdict.unseen) };
}

function without(confirmed: Readonly<Record<string, string>>, fields: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(confirmed).filter(([field]) => !fields.includes(field)));
}

function texts(findings: readonly Finding[]): string {
  return findings.map(({ text }) => text).join("; ");
}
