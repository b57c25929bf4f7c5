import fc from "fast-check";
import type {
  Act,
  Case,
  Change,
  Command,
  Dependent,
  KeyDecl,
  KeyOptions,
  Program,
  Transform,
  Value,
} from "./program.ts";

/** The history of this number; the same for the same seed. */
export function generate(seed: number, number: number): Case {
  const [made] = fc.sample(aCase, { seed: (seed + number * 7919) | 0, numRuns: 1 });
  if (made === undefined) throw new Error("fast-check gave nothing");
  return made;
}

const NAMES = ["k0", "k1", "k2"] as const;
const MINUTES = { hours: 5 * 60 + 7, day: 25 * 60 + 13, month: 31 * 24 * 60 + 11 };

const one = <T>(...values: T[]) => fc.constantFrom(...values);
/** Absent `odds` times of `odds` + 1. */
const rarely = <T>(value: fc.Arbitrary<T>, odds = 5): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: odds, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
const often = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 1, arbitrary: fc.constant(undefined) }, { weight: 3, arbitrary: value });
const text = fc.integer({ min: 1, max: 999 }).map((number) => `text ${number}`);

const permissions = one<("read" | "write")[]>(["read"], ["read", "write"]);
/** Unsorted on purpose; with the address that the emulator is asked from. */
const addresses = one(["203.0.113.9", "127.0.0.0/8"], ["127.0.0.1"]);
const overlap = one<"2h" | "1d" | "3d">("2h", "1d", "3d");

const ignoreChanges = one(
  ["description"],
  ["permissions"],
  ["*"],
  ["permissions[0].actions"],
  ["permissions[0].restrictions.ipWhitelist[0]"],
);

const options: fc.Arbitrary<KeyOptions> = fc
  .record({
    ignoreChanges: rarely(ignoreChanges, 2),
    replacementTrigger: rarely(fc.constant(1), 2),
    deleteBeforeReplace: rarely(fc.boolean(), 4),
    replaceOnChanges: rarely(one(["description"], ["*"]), 4),
    customTimeouts: rarely(fc.constant(true), 4),
    hideDiffs: rarely(fc.constant(true), 4),
    additionalSecretOutputs: rarely(fc.constant(true), 4),
    aliases: rarely(fc.constant(true), 4),
    retries: rarely(fc.constant(true), 3),
    retainOnDelete: rarely(fc.constant(false), 4),
  })
  .map(defined);

const transform: fc.Arbitrary<Transform> = fc.record({
  via: one("transforms", "transformations"),
  sets: one("description", "name", "webhooks", "retainOnDelete", "ignoreChanges", "nothing"),
});

const value: fc.Arbitrary<Value> = fc.record({ kind: one("plain", "plain", "secret", "unknown"), text });

function declaration(name: string, before: readonly string[]): fc.Arbitrary<KeyDecl> {
  const other = before.length === 0 ? fc.constant(undefined) : one(...before);
  return fc
    .record({
      place: one("root", "root", "team", "unit"),
      description: often(value),
      actions: permissions,
      trust: rarely(fc.constant(true), 2),
      addresses: rarely(addresses, 2),
      overlap: often(overlap),
      every: rarely(fc.constant("30d"), 2),
      fixedName: rarely(fc.constant(true), 4),
      webhook: rarely(fc.constant(true), 3),
      policy: rarely(one("retain", "prevent"), 4),
      dependents: fc.uniqueArray(one<Dependent>("sibling", "outside", "waits"), { maxLength: 2 }),
      options,
      linked: rarely(one("replaceWith", "dependsOn", "keyId"), 2),
      other,
    })
    .map(({ linked, other: partner, ...key }) => {
      const link = partner === undefined || linked === undefined ? {} : { [linked]: partner };
      const { keyId, ...named } = link as { keyId?: string; replaceWith?: string; dependsOn?: string };
      const description = keyId === undefined ? key.description : { kind: "keyId" as const, of: keyId };
      return possible(
        defined({
          ...key,
          name,
          trigger: 0,
          incident: 0,
          description,
          options: { ...key.options, ...named },
        }) as KeyDecl,
      );
    });
}

/** What no program can say: an overlap where the old key goes first, a rotation after the key's end. */
function possible(key: KeyDecl): KeyDecl {
  const { overlap: lasts, ...without } = key;
  const { deleteBeforeReplace, ...options_ } = key.options;
  if (key.fixedName) return { ...without, options: options_ };
  return deleteBeforeReplace && lasts !== undefined ? { ...key, options: options_ } : key;
}

const program: fc.Arbitrary<Program> = fc
  .integer({ min: 1, max: 3 })
  .chain((count) =>
    fc.record({
      keys: fc.tuple(...NAMES.slice(0, count).map((name, at) => declaration(name, NAMES.slice(0, at)))),
      inherited: rarely(
        fc.oneof(one("retainOnDelete" as const, "retainOnDelete" as const, "deletedWith" as const), transform),
        2,
      ),
      transform: rarely(transform, 3),
    }),
  )
  .map((made) => withoutFixedOverlap(defined(made) as Program));

/** A name that a transform sets comes after the constructor: the overlap would be refused for it. */
function withoutFixedOverlap(made: Program): Program {
  const names = [made.transform, made.inherited].some((it) => typeof it === "object" && it.sets === "name");
  return names ? { ...made, keys: made.keys.map(({ overlap: _none, ...key }) => key) } : made;
}

function change(names: readonly string[]): fc.Arbitrary<Change> {
  const key = one(...names);
  return fc.oneof(
    { weight: 3, arbitrary: fc.record({ change: fc.constant("describe" as const), key, text }) },
    { weight: 2, arbitrary: fc.record({ change: fc.constant("permit" as const), key, actions: permissions }) },
    { weight: 1, arbitrary: fc.record({ change: fc.constant("addresses" as const), key, addresses }) },
    { weight: 1, arbitrary: fc.record({ change: fc.constant("overlap" as const), key, overlap }) },
    { weight: 4, arbitrary: fc.record({ change: fc.constant("trigger" as const), key }) },
    { weight: 3, arbitrary: fc.record({ change: fc.constant("replacementTrigger" as const), key }) },
    { weight: 1, arbitrary: fc.record({ change: fc.constant("incident" as const), key }) },
    { weight: 2, arbitrary: fc.record({ change: fc.constant("toggle" as const), key }) },
    {
      weight: 4,
      arbitrary: fc.record({
        change: fc.constant("drift" as const),
        key,
        field: one<"description" | "permissions" | "rateLimit">("description", "permissions", "rateLimit"),
      }),
    },
    { weight: 4, arbitrary: fc.record({ change: fc.constant("use" as const), key }) },
    { weight: 1, arbitrary: fc.record({ change: fc.constant("revokedByHand" as const), key }) },
    { weight: 2, arbitrary: fc.record({ change: fc.constant("taint" as const), key }) },
    {
      weight: 5,
      arbitrary: fc.record({ change: fc.constant("clock" as const), minutes: one(...Object.values(MINUTES)) }),
    },
    { weight: 4, arbitrary: fc.constant({ change: "configuration" as const }) },
  );
}

const kill: fc.Arbitrary<NonNullable<Command["kill"]>> = fc.record({
  operation: one("create", "create", "revoke", "list", "update"),
  nth: one(1, 1, 2),
  when: one("before", "after"),
  who: one("engine", "both"),
});

function command(names: readonly string[]): fc.Arbitrary<Command> {
  const key = one(...names);
  const refresh = rarely(fc.constant(true), 2);
  const up = { verb: fc.constant("up" as const), refresh };
  return fc
    .oneof(
      { weight: 5, arbitrary: fc.record(up) },
      { weight: 1, arbitrary: fc.record({ ...up, previewed: fc.constant(true) }) },
      { weight: 4, arbitrary: fc.record({ ...up, replace: key }) },
      { weight: 2, arbitrary: fc.record({ ...up, target: key, targetDependents: refresh }) },
      { weight: 4, arbitrary: fc.record({ ...up, kill }) },
      { weight: 1, arbitrary: fc.record({ ...up, outage: one("create", "revoke", "list") }) },
      { weight: 1, arbitrary: fc.constant({ verb: "refresh" as const }) },
    )
    .map((made) => defined(made) as Command);
}

function history(names: readonly string[]): fc.Arbitrary<Act[]> {
  const act = fc.record({
    changes: fc.array(change(names), { minLength: 1, maxLength: 3 }),
    command: command(names),
    preview: one(true, false, false),
  });
  return fc.array(fc.oneof({ weight: 2, arbitrary: act }, { weight: 1, arbitrary: forced(names) }), {
    minLength: 1,
    maxLength: 3,
  });
}

/** A key in use, replaced without a word of ours: the way in which most was lost. */
function forced(names: readonly string[]): fc.Arbitrary<Act> {
  return fc
    .record({
      key: one(...names),
      by: one<"--replace" | "taint" | "replacementTrigger">("--replace", "taint", "replacementTrigger"),
      configured: fc.boolean(),
      refresh: rarely(fc.constant(true), 2),
      // What is replaced makes requests, so that a kill hits one.
      kill: rarely(kill, 2),
      preview: one(true, false, false),
    })
    .map(({ key, by, configured, refresh, kill, preview }): Act => {
      const change: Change[] = by === "--replace" ? [] : [{ change: by, key }];
      const configuration: Change[] = configured ? [{ change: "configuration" }] : [];
      const replace = by === "--replace" ? key : undefined;
      const command = defined({ verb: "up" as const, refresh, replace, kill });
      return { changes: [{ change: "use", key }, ...change, ...configuration], command, preview };
    });
}

const aCase: fc.Arbitrary<Case> = program.chain((made) =>
  fc
    .record({
      program: fc.constant(made),
      history: history(made.keys.map(({ name }) => name)),
      refreshAlways: fc.boolean(),
      updates: one<Case["updates"]>("replace", "replace", "patch"),
      usedAtOnce: one(true, true, false),
      clockAhead: one(0, 0, 0, 0, 2, -2),
    })
    .map(inTime),
);

/** Where the clocks disagree nothing moves them, and keys end soon; elsewhere they end late. */
function inTime(it: Case): Case {
  const stands = it.clockAhead !== 0;
  const history_ = it.history.map((act) => ({
    ...act,
    changes: act.changes.filter(({ change: kind }) => !stands || kind !== "clock"),
  }));
  const keys = it.program.keys.map((key, at): KeyDecl => {
    const { every, ...rest } = key;
    return stands ? { ...rest, expiresIn: "1h" } : at === 1 ? { ...key, expiresIn: "90d" } : key;
  });
  return { ...it, history: history_, program: { ...it.program, keys } };
}

/** Without fields that are undefined, so that a case is what its JSON says. */
function defined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  // The fields that are left have no undefined.
  return Object.fromEntries(Object.entries(fields).filter(([, one_]) => one_ !== undefined)) as never;
}
