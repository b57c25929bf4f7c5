import { z } from "zod";
import type { CreateRequest } from "../provider/domain/wire.ts";
import { DAY_MS } from "./clock.ts";

/** What a server may do to a key beyond what it was asked for. */
const WIDENINGS = {
  /** Every action on every resource. */
  all: (key) => ({ ...key, permissions: [{ resource: "all", actions: ["all"] }] }),
  /** `delete` beside what is granted. */
  grant: (key) => ({
    ...key,
    permissions: eachPermission(key, (one) => ({ ...one, actions: [...one.actions, "delete"] })),
  }),
  /** `read` wherever `write` is granted. */
  impliedRead: (key) => ({
    ...key,
    permissions: eachPermission(key, (one) => ({
      ...one,
      actions: one.actions.includes("write") ? [...new Set([...one.actions, "read"])] : one.actions,
    })),
  }),
  /** A restriction that isn't kept. */
  identities: (key) => ({ ...key, permissions: eachPermission(key, (one) => unrestricted(one, "identities")) }),
  chains: (key) => ({ ...key, permissions: eachPermission(key, (one) => unrestricted(one, "chains")) }),
  ipWhitelist: (key) => ({ ...key, permissions: eachPermission(key, (one) => unrestricted(one, "ipWhitelist")) }),
  /** A block of addresses more. */
  widerBlock: (key) => ({
    ...key,
    permissions: eachPermission(key, (one) =>
      one.restrictions?.ipWhitelist === undefined
        ? one
        : {
            ...one,
            restrictions: { ...one.restrictions, ipWhitelist: [...one.restrictions.ipWhitelist, "198.51.100.0/24"] },
          },
    ),
  }),
  /** No end. */
  expiry: ({ expiry: _end, ...key }) => key,
  /** A year more. */
  laterExpiry: (key) =>
    key.expiry === undefined ? key : { ...key, expiry: new Date(Date.parse(key.expiry) + 365 * DAY_MS).toISOString() },
  /** The end of the day, in UTC. */
  roundExpiry: (key) =>
    key.expiry === undefined
      ? key
      : { ...key, expiry: new Date(Math.ceil(Date.parse(key.expiry) / DAY_MS) * DAY_MS).toISOString() },
  /** Ten times the limits. */
  limits: (key) => ({
    ...key,
    ...(key.rateLimit === undefined
      ? {}
      : {
          rateLimit: Object.fromEntries(
            Object.entries(key.rateLimit).map(([name, limit]) => [name, 10 * Number(limit)]),
          ),
        }),
  }),
  /** No permissions are said, or kept. */
  none: (key) => ({ ...key, permissions: [] }),
  /** No limits. */
  noLimits: ({ rateLimit: _limits, ...key }) => key,
} as const satisfies Record<string, (key: Asked) => Asked>;

/** What of a request is widened. */
type Asked = Pick<CreateRequest, "permissions" | "rateLimit" | "expiry">;
type Permission = CreateRequest["permissions"][number];

const widenings = Object.keys(WIDENINGS).filter((name): name is keyof typeof WIDENINGS => name in WIDENINGS);

export const widenSchema = z.strictObject({
  what: z.array(z.enum(widenings)).min(1),
  /**
   * `echo`: only the answers to create and update say so. `answers`: the list too, and the key is kept as asked. `store`:
   * it is kept so, and create and update answer as asked. `both`: it is kept so, and every answer says so.
   */
  where: z.enum(["echo", "answers", "store", "both"]),
});
type Widen = z.infer<typeof widenSchema> | "no";

type Place = "echo" | "list" | "store";
const PLACES: Readonly<Record<Exclude<Widen, "no">["where"], readonly Place[]>> = {
  echo: ["echo"],
  answers: ["echo", "list"],
  store: ["store"],
  both: ["store"],
};

/** A key as it is kept or shown in one place, under the mode. */
export function widened<T extends Asked>(mode: Widen, place: Place, key: T): T {
  if (mode === "no" || !PLACES[mode.where].includes(place)) return key;
  const wider = mode.what.reduce<Asked>((one, name) => WIDENINGS[name](one), key);
  const { permissions: _p, rateLimit: _r, expiry: _e, ...rest } = key;
  return { ...rest, ...wider } as T; // the same fields, other values
}

/** Create and update answer what was asked, whatever is kept. */
export function echoesRequest(mode: Widen): boolean {
  return mode !== "no" && mode.where === "store";
}

function eachPermission({ permissions }: Asked, change: (permission: Permission) => Permission): Permission[] {
  return permissions.map(change);
}

function unrestricted(
  { restrictions = {}, ...one }: Permission,
  name: "identities" | "chains" | "ipWhitelist",
): Permission {
  const { [name]: _lost, ...left } = restrictions;
  return { ...one, ...(Object.keys(left).length === 0 ? {} : { restrictions: left }) };
}
