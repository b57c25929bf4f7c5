import { z } from "zod";
import type { CreateRequest } from "../provider/domain/wire.ts";
import { DAY_MS, iso } from "./clock.ts";

/** What a server may do to a key beyond what it was asked for. */
const WIDENINGS = {
  /** Every action on every resource. */
  all: (key) => ({ ...key, permissions: [{ resource: "all", actions: ["all"] }] }),
  /** `delete` beside what is granted. */
  grant: (key) => eachPermission(key, (one) => ({ ...one, actions: [...one.actions, "delete"] })),
  /** `read` wherever `write` is granted. */
  impliedRead: (key) =>
    eachPermission(key, ({ actions, ...one }) => ({
      ...one,
      actions: actions.includes("write") ? [...new Set([...actions, "read"])] : actions,
    })),
  /** A restriction that isn't kept. */
  identities: (key) => eachPermission(key, (one) => unrestricted(one, "identities")),
  chains: (key) => eachPermission(key, (one) => unrestricted(one, "chains")),
  ipWhitelist: (key) => eachPermission(key, (one) => unrestricted(one, "ipWhitelist")),
  /** A block of addresses more. */
  widerBlock: (key) =>
    eachPermission(key, (one) => {
      const { ipWhitelist, ...rest } = one.restrictions ?? {};
      if (ipWhitelist === undefined) return one;
      return { ...one, restrictions: { ...rest, ipWhitelist: [...ipWhitelist, "198.51.100.0/24"] } };
    }),
  /** It never expires. */
  expiry: ({ expiry: _lost, ...key }) => key,
  /** A year more. */
  laterExpiry: (key) => expiresAt(key, (ms) => ms + 365 * DAY_MS),
  /** The next midnight, in UTC. */
  roundExpiry: (key) => expiresAt(key, (ms) => Math.ceil(ms / DAY_MS) * DAY_MS),
  /** Ten times the limits. */
  limits: ({ rateLimit, ...key }) => {
    const tenfold = Object.entries(rateLimit ?? {}).map(([name, limit]) => [name, 10 * Number(limit)]);
    return rateLimit === undefined ? key : { ...key, rateLimit: Object.fromEntries(tenfold) };
  },
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

function eachPermission(key: Asked, change: (permission: Permission) => Permission): Asked {
  return { ...key, permissions: key.permissions.map(change) };
}

function expiresAt(key: Asked, change: (ms: number) => number): Asked {
  return key.expiry === undefined ? key : { ...key, expiry: iso(change(Date.parse(key.expiry))) };
}

function unrestricted(
  { restrictions = {}, ...one }: Permission,
  name: "identities" | "chains" | "ipWhitelist",
): Permission {
  const { [name]: _lost, ...left } = restrictions;
  return { ...one, ...(Object.keys(left).length === 0 ? {} : { restrictions: left }) };
}
