import fc from "fast-check";

export const NAMES = ["a", "b"] as const;
export type Name = (typeof NAMES)[number];

interface Crash {
  left: number;
  after: boolean;
}

/** What people, machines and misfortune do to a stack. */
export type Op =
  | { op: "up"; crash?: Crash | undefined; broken?: Name | undefined; replace?: Name | undefined }
  | { op: "destroy"; crash?: Crash | undefined }
  | { op: "refresh" }
  | { op: "advance"; hours: number }
  | { op: "use" | "revoke" | "toggle" | "trigger" | "compromised"; key: Name }
  | { op: "revokeRetired" }
  | { op: "permissions"; key: Name; actions: string[] }
  | { op: "overlap"; key: Name; overlap: string };

const key = fc.constantFrom(...NAMES);
const crash = fc.record({ left: fc.integer({ min: 0, max: 4 }), after: fc.boolean() });

const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Op>({ op: "up" }) },
  { weight: 4, arbitrary: crash.map((bomb): Op => ({ op: "up", crash: bomb })) },
  { weight: 1, arbitrary: key.map((name): Op => ({ op: "up", broken: name })) },
  { weight: 1, arbitrary: key.map((name): Op => ({ op: "up", replace: name })) },
  { weight: 1, arbitrary: fc.constant<Op>({ op: "refresh" }) },
  { weight: 3, arbitrary: fc.constantFrom(1, 12, 25, 80, 24 * 31).map((hours): Op => ({ op: "advance", hours })) },
  { weight: 2, arbitrary: key.map((name): Op => ({ op: "use", key: name })) },
  { weight: 2, arbitrary: key.map((name): Op => ({ op: "revoke", key: name })) },
  { weight: 1, arbitrary: fc.constant<Op>({ op: "revokeRetired" }) },
  { weight: 2, arbitrary: key.map((name): Op => ({ op: "toggle", key: name })) },
  { weight: 2, arbitrary: key.map((name): Op => ({ op: "trigger", key: name })) },
  { weight: 1, arbitrary: key.map((name): Op => ({ op: "compromised", key: name })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(key, fc.constantFrom<string[]>(["read"], ["read", "write"]))
      .map(([name, actions]): Op => ({ op: "permissions", key: name, actions })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(key, fc.constantFrom("0s", "1d", "3d"))
      .map(([name, overlap]): Op => ({ op: "overlap", key: name, overlap })),
  },
  { weight: 1, arbitrary: fc.option(crash, { nil: undefined }).map((bomb): Op => ({ op: "destroy", crash: bomb })) },
);

/** Something that makes a request necessary, and a kill in the middle of it. */
const cutOff: fc.Arbitrary<Op[]> = fc
  .tuple(
    fc.oneof(
      key.map((name): Op => ({ op: "trigger", key: name })),
      key.map((name): Op => ({ op: "compromised", key: name })),
      key.map((name): Op => ({ op: "revoke", key: name })),
      key.map((name): Op => ({ op: "toggle", key: name })),
      fc.constant<Op>({ op: "advance", hours: 24 * 31 }),
    ),
    fc.record({ left: fc.integer({ min: 0, max: 2 }), after: fc.boolean() }),
  )
  .map(([cause, bomb]) => [cause, { op: "up", crash: bomb }]);

/** A sequence; what was changed or broken is followed by `up` often enough to see what came of it. */
export const sequence: fc.Arbitrary<Op[]> = fc
  .array(fc.oneof({ weight: 5, arbitrary: op.map((one) => [one]) }, { weight: 1, arbitrary: cutOff }), {
    minLength: 3,
    maxLength: 14,
  })
  .map((parts) => parts.flat());

const kill = (left: number, after: boolean) => ({ crash: { left, after } });

/** Sequences that once broke a promise, shrunk; played first in every run. */
export const REGRESSIONS: readonly Op[][] = [
  // A leftover's marker kept alive what the removal of its key should have ended.
  [
    { op: "advance", hours: 744 },
    { op: "up" },
    { op: "revoke", key: "a" },
    { op: "up", ...kill(0, true) },
    { op: "toggle", key: "a" },
    { op: "up", ...kill(0, false) },
  ],
  // The ledger of a key revoked by hand was lost under --replace.
  [
    { op: "up", replace: "b" },
    { op: "revoke", key: "b" },
    { op: "toggle", key: "a" },
    { op: "use", key: "a" },
    { op: "up", replace: "b" },
  ],
  // A promised instant was cut by a later, shorter overlap under --replace.
  [
    { op: "advance", hours: 744 },
    { op: "up", ...kill(1, false) },
    { op: "overlap", key: "a", overlap: "0s" },
    { op: "up", replace: "a" },
    { op: "revoke", key: "a" },
    { op: "up", ...kill(0, false) },
    { op: "advance", hours: 744 },
    { op: "up", ...kill(0, false) },
  ],
  // A destroy was killed before it came to a leftover whose name then went from the program.
  [
    { op: "trigger", key: "a" },
    { op: "up", ...kill(0, true) },
    { op: "destroy", ...kill(2, false) },
    { op: "toggle", key: "a" },
    { op: "up", ...kill(1, false) },
  ],
];
