import fc from "fast-check";
import { expect, test } from "vitest";
import { canonical } from "../../provider/domain/canonical.ts";
import type { KeyInputs, KeyState } from "../../provider/domain/inputs.ts";
import { asWritten } from "../../provider/domain/written.ts";
import { check } from "../../provider/handlers/check.ts";
import { diff } from "../../provider/handlers/diff.ts";
import { inputsIn } from "../../provider/host/stateCodec.ts";
import { stateOf } from "../../provider/keys/state.ts";
import type { HandlerContext } from "../../provider/stack/context.ts";
import { createStackView } from "../../provider/stack/view.ts";
import type { Fields } from "../support/host/handlers.ts";
import { places, programInputs, shuffled, withUnknown } from "../support/model/inputs.ts";
import { ownershipOf } from "../support/ownership.ts";
import { drawn } from "../support/seed.ts";
import { virtualClock } from "../support/virtualClock.ts";

const options = drawn("check and diff", 400);
const ownership = ownershipOf("id");

/** No client: check and diff make no request, or the test ends here. */
function context(): HandlerContext {
  const refuse = () => Promise.reject(new Error("a request"));
  return {
    client: { create: refuse, list: refuse, known: () => undefined, revoke: refuse, update: refuse, usage: refuse },
    clock: virtualClock(),
    settings: {
      endpoint: "http://loopback/v1",
      updates: "replace",
      acceptWider: [],
      confirmMissing: false,
      confirmMoved: false,
    },
    log: { warn: () => undefined, info: () => undefined },
    view: createStackView(),
    random: () => "00000000",
  };
}

const checked = (inputs: unknown) => check(context(), {}, { ...(inputs as Fields), ownership });
/** As the other handlers get them: through the host's border. */
const handed = (inputs: object): KeyInputs => inputsIn({ ...inputs });
const accepted = programInputs.filter((inputs) => checked(inputs).failures.length === 0);

function stateFrom(inputs: KeyInputs): KeyState {
  const createdAt = new Date(virtualClock().now()).toISOString();
  const name = `${inputs.namePrefix ?? "a"}-00000000`;
  const key = { id: "key_1", name, permissions: [], status: "active", createdAt };
  const at = { name, endpoint: "http://loopback/v1", attempt: "00000000", previous: [], retires: [] };
  return stateOf({
    inputs,
    apiKey: "zk_prod_0000000000000000",
    key,
    serverTime: Date.parse(createdAt),
    adopted: false,
    ...at,
  });
}

const property = <T>(arbitrary: fc.Arbitrary<T>, holds: (value: T) => void) =>
  fc.assert(fc.property(arbitrary, holds), options);

test("check of what check gave gives the same", { timeout: 1_800_000 }, () => {
  property(accepted, (inputs) => {
    const once = checked(inputs);
    expect(checked(once.inputs)).toEqual(once);
  });
});

test("a key differs in nothing from the program it was made from, in both modes", { timeout: 1_800_000 }, () => {
  property(accepted, (inputs) => {
    const news = handed(checked(inputs).inputs);
    for (const updates of ["replace", "patch"] as const) {
      const one = context();
      one.settings.updates = updates;
      expect(diff(one, stateFrom(news), news)).toEqual({ changes: false, replaces: [], deleteBeforeReplace: false });
    }
  });
});

test("check keeps the program's order, entries and duplicates; the outputs are canonical", {
  timeout: 1_800_000,
}, () => {
  const shape = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(shape)
      : typeof value === "object" && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)]))
        : String(value).trim().toLowerCase();
  property(accepted, (inputs) => {
    const given = inputs as Pick<KeyInputs, "permissions" | "webhooks">;
    const { inputs: news } = checked(inputs);
    expect(news.permissions.map(({ resource, actions }) => shape({ resource, actions }))).toEqual(
      given.permissions.map(({ resource, actions }) => shape({ resource, actions })),
    );
    for (const [index, { restrictions = {} }] of given.permissions.entries()) {
      const kept = news.permissions[index]?.restrictions ?? {};
      expect(shape(kept.identities ?? [])).toEqual(shape(restrictions.identities ?? []));
      expect(shape(kept.chains ?? [])).toEqual(shape(restrictions.chains ?? []));
      expect(kept.ipWhitelist?.length).toBe(restrictions.ipWhitelist?.length);
    }
    expect(news.webhooks?.map(({ url, events }) => [url, shape(events)])).toEqual(
      given.webhooks?.map(({ url, events }) => [url.trim(), shape(events)]),
    );
    const state = stateFrom(handed(news));
    expect(canonical(state)).toEqual(state);
    expect(asWritten(state), "read can write them again").toEqual(
      news.webhooks === undefined
        ? { permissions: news.permissions }
        : { permissions: news.permissions, webhooks: news.webhooks },
    );
  });
});

test("order never matters", { timeout: 1_800_000 }, () => {
  const orders = fc.array(fc.nat(), { minLength: 8, maxLength: 8 });
  property(fc.tuple(accepted, orders), ([inputs, keys]) => {
    const swap = (length: number) =>
      Array.from({ length }, (_, n) => n).sort((a, b) => (keys[a % 8] ?? 0) - (keys[b % 8] ?? 0));
    const other = checked(shuffled(inputs, swap));
    expect(other.failures).toEqual([]);
    const state = stateFrom(handed(checked(inputs).inputs));
    expect(diff(context(), state, handed(other.inputs)).changes).toBe(false);
  });
});

test("an unknown value anywhere never throws, and hides no error of another field", { timeout: 1_800_000 }, () => {
  property(fc.tuple(programInputs, fc.nat()), ([inputs, n]) => {
    const all = places(inputs);
    const unknown = withUnknown(inputs, all[n % all.length] ?? []) as Fields;
    const { inputs: news } = checked(unknown);
    const known = checked({ permissions: [{ resource: "all", actions: ["read"] }] });
    diff(context(), stateFrom(handed(known.inputs)), handed(news));
    const field = String(all[n % all.length]?.[0]);
    const bad = field === "description" ? "deletionPolicy" : "description";
    const { failures } = checked({ ...unknown, [bad]: 42 });
    expect(failures.join("\n")).toContain(`${bad}: `);
  });
});

test("control: a changed field is a difference", { timeout: 1_800_000 }, () => {
  let seen = 0;
  property(fc.tuple(accepted, accepted), ([one, two]) => {
    const [before, after] = [handed(checked(one).inputs), handed(checked(two).inputs)];
    if (JSON.stringify(before) !== JSON.stringify(after))
      seen += Number(diff(context(), stateFrom(before), after).changes);
  });
  expect(seen).toBeGreaterThan(options.numRuns / 2);
});
