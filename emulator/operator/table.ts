import { z } from "zod";
import { updateRequest } from "../../provider/domain/wire.ts";
import { OPERATIONS } from "../contract/statuses.ts";
import { faultSpec, PHASES } from "../faults/spec.ts";
import { modeChange, modesSchema } from "../modes.ts";
import type { Core } from "../operations/operation.ts";
import { deliver } from "./deliver.ts";
import { viewOf } from "./keyView.ts";
import { type Called, call, eachMethod, type Method, method, type OperatorContext } from "./method.ts";

const whole = z.int().optional();
const keyId = ["keyId", z.string()] as const;
const instant = z.union([z.number(), z.string()]).optional();
const wait = z.strictObject({
  operation: z.enum(OPERATIONS).optional(),
  phase: z.enum(PHASES).optional(),
  timeoutMs: z.int().max(600_000).optional(),
});
const event = z.strictObject({ type: z.string(), data: z.unknown().optional(), keyId: z.string().optional() });

/** All that the emulator's operator can do: in process, over HTTP and from another process, each by its name here. */
export const METHODS = {
  /** Entries after `since` (a `seq`; default all), oldest first. */
  journal: method([["since", whole]], ({ journal }, since?: number) => journal.read(since)),
  clearJournal: method([], ({ journal }) => journal.clear()),
  faults: {
    /** Returns its id. Throws on a phase the kind has no meaning at. */
    add: method(faultSpec, ({ faults }, spec) => faults.add(spec)),
    /** One, or all. Requests already held stay held. */
    clear: method([["id", whole]], ({ faults }, id?: number) => faults.clear(id)),
    list: method([], ({ faults }) => faults.list()),
  },
  /** Resolves with the oldest request held by a `pause` or `hang`, as soon as there is one that fits. */
  waitForPause: method(wait, ({ holds }, filter = {}) => holds.wait(filter)),
  /** Lets one held request go on, or all; returns how many. */
  release: method([["id", whole]], ({ holds }, id?: number) => holds.release(id)),
  held: method([], ({ holds }) => holds.list()),
  modes: method([], ({ core }) => core.modes),
  setMode: method(modeChange, ({ core }, change) => {
    core.modes = modesSchema.parse({ ...core.modes, ...change });
  }),
  /** The emulator's clock, epoch ms. */
  now: method([], ({ core }) => core.clock.now()),
  /** Stops the clock at an instant; `undefined` lets it follow the machine's. */
  setNow: method([["instant", instant]], ({ core }, instant) => core.clock.set(instant)),
  advance: method([["ms", z.number()]], ({ core }, ms) => core.clock.advance(ms)),
  /** Every key of every account, oldest first, or those of one account. */
  keys: method([["account", whole]], ({ core }, account?: number) => {
    const keys = core.keys.all(core.clock.now());
    return keys.filter((key) => account === undefined || key.account === account).map(viewOf);
  }),
  /** Changes a key out of band, as its owner could in a console; whatever `updates` is. No journal entry. */
  edit: method([keyId, ["change", updateRequest]], ({ core }, keyId, change) =>
    outOfBand(core, keyId, (account, now) => core.keys.change(account, keyId, change, now)),
  ),
  /** Revokes a key out of band. */
  revoke: method([keyId], ({ core }, keyId) =>
    outOfBand(core, keyId, (account, now) => core.keys.revoke(account, keyId, now)),
  ),
  setInactive: method([keyId, ["inactive", z.boolean()]], ({ core }, keyId, inactive) =>
    outOfBand(core, keyId, (account, now) => core.keys.setInactive(account, keyId, inactive, now)),
  ),
  /** Sends a signed event to every active key's webhooks that asked for it, or to those of one key. */
  event: method(event, ({ core }, event) => deliver(core, event)),
};

function outOfBand(core: Core, keyId: string, change: (account: number, now: number) => unknown): void {
  core.store.commit(() => {
    const now = core.clock.now();
    const key = core.keys.byId(keyId, now);
    if (key === undefined) throw new RangeError("no key has that id");
    change(key.account, now);
  });
}

/** The operator's methods in the emulator's own process. */
export type Operator = Called<typeof METHODS>;

export function operator(context: OperatorContext): Operator {
  const called = (_name: string, method: Method) => {
    return (...values: unknown[]) => call(context, method, values);
  };
  return eachMethod(METHODS, called) as Operator; // it keeps the table's names, and the type is made from the same table
}
