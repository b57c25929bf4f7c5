import { isLive, lifeStatus, markerOf, neverUsed } from "../../provider/api/keyStatus.ts";
import type { Listing, RemoteKey } from "../../provider/api/types.ts";
import { instantMs, isoSeconds } from "../../provider/domain/instant.ts";
import { grantUse } from "../../provider/domain/usedGrants.ts";
import { wireRestrictions } from "../../provider/domain/wire.ts";
import type { StateKey } from "../exportedState.ts";
import { compare, type Finding } from "../reconcile/compare.ts";
import { grantsOf, wideOf } from "./access.ts";
import { FORMAT, type ReportData, type ReportKey } from "./data.ts";
import { type Gathered, type Usage, WATCHED_DAYS } from "./gather.ts";
import type { Judgement } from "./judge.ts";
import { hiddenFields, resourceName } from "./stateFields.ts";

const DAY_MS = 86_400_000;
/** A younger key may not have done all of its work yet; as `unused-permission` has it. */
const JUDGED_FROM_DAYS = 14;

/** What was gathered and judged, as a report's data. Texts are as they came: see `cleaned`. */
export function modelOf(gathered: Gathered, judged: Judgement): ReportData {
  const { now, states, account } = gathered;
  const watched = account && {
    days: WATCHED_DAYS,
    from: isoSeconds(account.usage.from),
    to: isoSeconds(now),
    notKnown: [...account.listing.keys.values()].filter((key) => asked(key) && !account.usage.byKey.has(key.id)).length,
    ...(account.usage.failure === undefined ? {} : { why: account.usage.failure }),
  };
  return {
    format: FORMAT,
    version: 1,
    madeAt: isoSeconds(now),
    ...(account === undefined ? {} : { endpoint: account.endpoint }),
    sources: {
      account: account === undefined ? "not asked" : account.listing.complete ? "complete" : "incomplete",
      states: states.map(({ stack, writtenAt }) => ({
        stack,
        ...(writtenAt === undefined ? {} : { writtenAt: isoSeconds(writtenAt) }),
      })),
      ended: account === undefined ? 0 : [...account.listing.keys.values()].filter((key) => !isLive(key)).length,
    },
    ...(watched === undefined ? {} : { watched }),
    keys: account === undefined ? keysOfStates(gathered) : keysOfAccount(gathered, account),
    ...judged,
  };
}

function asked(key: RemoteKey): boolean {
  return isLive(key) && !neverUsed(key);
}

function keysOfAccount({ states, now }: Gathered, account: NonNullable<Gathered["account"]>): ReportKey[] {
  const { listing, usage } = account;
  const inState = new Map(states.flatMap((state) => state.keys.map((key) => [key.keyId, key])));
  const { findings, missing } = compare(listing, states, 0);
  const retiring = states.length === 0 ? retiredByMarks(listing) : new Map<string, string>();
  const live = findings.map((finding) => {
    const until = finding.until ?? retiring.get(finding.key.id);
    return keyOf(finding, { state: inState.get(finding.key.id), until, usage, now, hasStates: states.length > 0 });
  });
  const gone = missing.flatMap(({ keyId, status }): ReportKey[] => {
    const state = inState.get(keyId);
    if (state === undefined) return [];
    const note = "in a state, and not alive in the account: the next `up --refresh` replaces it";
    return [{ ...keyOfState(state), status, relation: "missing", note, grants: [], wide: [] }];
  });
  return [...live, ...gone];
}

const SECRET_NAME = "(its name is a secret in the state)";

type Permission = NonNullable<ReportKey["permissions"]>[number];
type StatePermission = Pick<Permission, "resource" | "actions"> & { restrictions?: object | null | undefined };

interface Beside {
  state: StateKey | undefined;
  until: string | undefined;
  usage: Usage;
  now: number;
  hasStates: boolean;
}

function keyOf({ key, marker, relation, hold, hint }: Finding, beside: Beside): ReportKey {
  const { state, until, usage, now, hasStates } = beside;
  const hidden = hiddenFields(state);
  const unused = neverUsed(key);
  const since = instantMs((unused ? key.createdAt : (key.lastUsed ?? key.usage?.lastRequestAt)) ?? "");
  const grants = grantsOf(key.permissions);
  const { owner } = key.metadata ?? {};
  const answer = usage.byKey.get(key.id);
  const young = now - (instantMs(key.createdAt) ?? now) < JUDGED_FROM_DAYS * DAY_MS;
  const use = answer === undefined || young ? undefined : grantUse(grants, answer);
  const note = hold ?? hint;
  const madeBy =
    state === undefined ? marker && `${marker.project}/${marker.stack}/${marker.name}` : resourceName(state);
  return {
    id: key.id,
    name: hidden.has("name") ? SECRET_NAME : key.name,
    ...(key.description && !hidden.has("description") ? { description: key.description } : {}),
    ...(typeof owner === "string" && owner !== "" && !hidden.has("metadata") ? { owner } : {}),
    ...(madeBy === undefined ? {} : { madeBy }),
    status: lifeStatus(key),
    relation: hasStates ? relation : until !== undefined ? "retired" : marker === undefined ? "foreign" : "marked",
    ...(note === undefined ? {} : { note }),
    createdAt: key.createdAt,
    ...(key.expiry ? { expiry: key.expiry } : {}),
    ...(state?.rotateAt === undefined ? {} : { rotateAt: state.rotateAt }),
    ...(until === undefined ? {} : { until }),
    ...(key.lastUsed ? { lastUsed: key.lastUsed } : {}),
    ...(since === undefined ? {} : { idleDays: Math.max(0, Math.floor((now - since) / DAY_MS)) }),
    neverUsed: unused,
    ...(hidden.has("permissions") ? {} : { permissions: key.permissions.map(permissionOf) }),
    grants,
    wide: wideOf(key.permissions, grants),
    ...(unused
      ? { usage: { requests: 0, days: Array.from({ length: WATCHED_DAYS }, () => 0), whole: true } }
      : answer === undefined
        ? {}
        : { usage: daysOf(answer, usage.from) }),
    ...(use?.kind === "unused"
      ? {
          unused: {
            resources: [...use.resources],
            smaller: use.smaller.map((one) => ({ ...one, actions: [...one.actions] })),
          },
        }
      : {}),
  };
}

function permissionOf({ resource, actions, restrictions }: StatePermission): Permission {
  const { identities, chains, ipWhitelist } = wireRestrictions.safeParse(restrictions ?? {}).data ?? {};
  const lists = Object.entries({ identities, chains, ipWhitelist }).filter(
    (entry): entry is [string, string[]] => entry[1] !== undefined,
  );
  return { resource, actions, ...(lists.length > 0 ? { restrictions: Object.fromEntries(lists) } : {}) };
}

function daysOf({ usage, timeSeries = [], pagination }: Parameters<typeof grantUse>[1], from: number) {
  const days = Array.from({ length: WATCHED_DAYS }, () => 0);
  for (const { timestamp, requests } of timeSeries) {
    const day = Math.floor(((instantMs(timestamp) ?? Number.NaN) - from) / DAY_MS);
    if (days[day] !== undefined) days[day] += requests;
  }
  const counted = days.reduce((sum, one) => sum + one, 0);
  const whole = pagination?.hasMore !== true && counted >= usage.totalRequests;
  return { requests: usage.totalRequests, days, whole };
}

/** Without states the marks of live keys alone say which keys they replaced. */
function retiredByMarks(listing: Listing): Map<string, string> {
  const live = [...listing.keys.values()].filter(isLive);
  return new Map(
    live.flatMap((key) =>
      (markerOf(key)?.retires ?? []).map(({ keyId, revokeAfter }) => [keyId, revokeAfter] as const),
    ),
  );
}

function keysOfStates({ states }: Gathered): ReportKey[] {
  const keys = states.flatMap((state) => state.keys);
  const ids = new Set(keys.map(({ keyId }) => keyId));
  const retired = keys.flatMap((key) =>
    key.previous
      .filter(({ keyId }) => !ids.has(keyId))
      .map(({ keyId, revokeAfter }): ReportKey => {
        const madeBy = resourceName(key);
        return {
          id: keyId,
          name: `${key.name ?? madeBy}, replaced`,
          madeBy,
          status: "active",
          relation: "retired",
          note: "what it may do is in the account only",
          until: revokeAfter,
          neverUsed: false,
          grants: [],
          wide: [],
        };
      }),
  );
  return [...keys.map(keyOfState), ...retired];
}

function keyOfState(state: StateKey): ReportKey {
  const { keyId, name, status, expiry, rotateAt, outputs, pendingDelete } = state;
  const hidden = hiddenFields(state);
  const given = hidden.has("permissions") ? undefined : state.permissions;
  const permissions = given?.map(permissionOf);
  const text = (field: string) =>
    typeof outputs[field] === "string" && !hidden.has(field) ? outputs[field] : undefined;
  const [createdAt, description] = [text("createdAt"), text("description")];
  const grants = grantsOf(permissions ?? []);
  return {
    id: keyId,
    name: hidden.has("name") ? SECRET_NAME : (name ?? resourceName(state)),
    ...(description === undefined ? {} : { description }),
    madeBy: resourceName(state),
    status: status ?? "not known",
    relation: "managed",
    ...(pendingDelete ? { note: "waits for its deletion: a replacement was cut off" } : {}),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(expiry === undefined || hidden.has("expiry") ? {} : { expiry }),
    ...(rotateAt === undefined ? {} : { rotateAt }),
    neverUsed: false,
    ...(permissions === undefined ? {} : { permissions }),
    grants,
    wide: wideOf(permissions ?? [], grants),
  };
}
