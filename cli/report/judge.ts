import type * as Policies from "../../policy/recorded.ts";
import { isLive, markerOf } from "../../provider/api/keyStatus.ts";
import type { RemoteKey } from "../../provider/api/types.ts";
import { userMetadata } from "../../provider/domain/marker.ts";
import type { StateKey } from "../exportedState.ts";
import type { ReportData } from "./data.ts";
import type { Gathered } from "./gather.ts";

export type Judgement = Pick<ReportData, "policies" | "findings" | "notJudged">;
type Recorded = Policies.RecordedKey;

/** What the policies find at every live key. They need `@pulumi/policy`, which not everybody has. */
export async function judge(gathered: Gathered): Promise<Judgement> {
  let policies: typeof Policies;
  try {
    policies = await import("../../policy/recorded.ts");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && String(error.code).endsWith("MODULE_NOT_FOUND"))) throw error;
    return { policies: [], findings: [], notJudged: "they need @pulumi/policy beside this package" };
  }
  const keys = recordedKeys(gathered, policies.NOT_KNOWN);
  const { now, account } = gathered;
  const listing = account && (() => Promise.resolve(account.listing));
  const findings = await policies.judgeRecorded([...keys.values()], { now, listing });
  const ids = new Map([...keys].map(([keyId, { urn }]) => [urn, keyId]));
  return {
    policies: [...policies.RECORDED_POLICIES],
    findings: findings.map(({ urn, ...finding }) => ({ ...finding, keyId: ids.get(urn) ?? "" })),
  };
}

/** By key id: as the state has it, or as the account shows it where no state has. */
function recordedKeys({ states, account }: Gathered, unknown: string): Map<string, Recorded> {
  const live = account && [...account.listing.keys.values()].filter(isLive);
  const lives = new Set(live?.map(({ id }) => id));
  // A resource has two keys in a state while one of them waits for its deletion.
  const inStates = states
    .flatMap((state) => state.keys)
    .filter(({ keyId, pendingDelete }) => !pendingDelete && (live === undefined || lives.has(keyId)));
  const keys = new Map(inStates.map((key) => [key.keyId, ofState(key)]));
  const known = new Set(states.flatMap((state) => state.keys.map(({ keyId }) => keyId)));
  for (const key of live ?? []) if (!known.has(key.id)) keys.set(key.id, ofAccount(key, unknown));
  return keys;
}

function ofState({ urn, outputs, options }: StateKey): Recorded {
  const [stack = "", , , ...name] = urn.split("::");
  return {
    urn,
    name: name.join("::"),
    stack: stack.slice("urn:pulumi:".length),
    properties: outputs,
    ...options,
  };
}

/** An account doesn't say how a key is declared: what only a program says isn't known. */
function ofAccount(key: RemoteKey, unknown: string): Recorded {
  const marker = markerOf(key);
  const { name, description, permissions, rateLimit, expiry, createdAt, webhooks, id: keyId, status } = key;
  return {
    urn: `key ${keyId}`,
    name: marker?.name ?? name,
    stack: marker?.stack ?? "",
    properties: {
      ...{ name, description, permissions, rateLimit, expiry, createdAt, keyId, status },
      webhooks: webhooks?.map(({ url, events }) => ({ url, events, secret: unknown })),
      metadata: userMetadata(key.metadata),
      rotation: unknown,
      deletionPolicy: unknown,
      ownership: unknown,
    },
    protect: false,
    additionalSecretOutputs: ["apiKey"],
  };
}
