import fc from "fast-check";
import { ACTIONS, RESOURCES, WEBHOOK_EVENTS } from "../../../provider/domain/vocabulary.ts";

const cased = (word: string) => fc.constantFrom(word, word.toUpperCase(), ` ${word} `);
const some = <T>(items: fc.Arbitrary<T>) => fc.array(items, { minLength: 1, maxLength: 4 });
const duration = fc
  .tuple(fc.integer({ min: 1, max: 400 }), fc.constantFrom("h", "d", "m"))
  .map(([n, unit]) => `${n}${unit}`);
const address = fc.oneof(
  fc.ipV4(),
  fc.tuple(fc.nat(255), fc.integer({ min: 8, max: 24 })).map(([a, bits]) => `${a}.0.0.0/${bits}`),
  fc.constantFrom("2001:db8::/32", "2001:0DB8::1", "::ffff:192.0.2.1"),
);

const restrictions = fc.record(
  {
    identities: some(fc.constantFrom("alice.zks", "Bob.ZKS", "carol.zks")),
    chains: some(fc.oneof(fc.constantFrom<string | number>(998899, "998899", "mainnet"))),
    ipWhitelist: some(address),
  },
  { requiredKeys: [] },
);

const permission = fc.record(
  {
    resource: fc.constantFrom(...RESOURCES).chain(cased),
    actions: some(fc.constantFrom(...ACTIONS).chain(cased)),
    restrictions,
  },
  { requiredKeys: ["resource", "actions"] },
);

/** What a program may write; not all of it is allowed together. */
export const programInputs = fc.record(
  {
    namePrefix: fc.constantFrom("backend", " web "),
    description: fc.constantFrom("x", " text "),
    permissions: some(permission),
    rateLimit: fc.record({
      requestsPerMinute: fc.integer({ min: 10, max: 900 }),
      burstLimit: fc.integer({ min: 1, max: 9 }),
    }),
    expiresIn: duration,
    webhooks: fc.array(
      fc.record(
        { url: fc.webUrl(), events: some(fc.constantFrom(...WEBHOOK_EVENTS)), secret: fc.string({ minLength: 1 }) },
        { requiredKeys: ["url", "events"] },
      ),
      { maxLength: 3 },
    ),
    metadata: fc.dictionary(fc.constantFrom("team", "cost", "env"), fc.jsonValue(), { maxKeys: 3 }),
    rotation: fc.record(
      { every: duration, window: duration, overlap: duration, trigger: fc.jsonValue(), compromised: fc.jsonValue() },
      { requiredKeys: [] },
    ),
    deletionPolicy: fc.constantFrom("revoke", "retain", "prevent"),
  },
  { requiredKeys: ["permissions"] },
);

/** The same, with every list of a set and every object's fields in another order. */
export function shuffled(value: unknown, swap: (length: number) => number[]): unknown {
  if (Array.isArray(value)) return swap(value.length).map((index) => shuffled(value[index], swap));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(
    swap(entries.length)
      .flatMap((index) => entries.slice(index, index + 1))
      .map(([key, inner]) => [
        key,
        key === "trigger" || key === "compromised" || key === "metadata" ? inner : shuffled(inner, swap),
      ]),
  );
}

export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Every place in a value, as a path. */
export function places(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  const inner = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return [
    ...(path.length === 0 ? [] : [path]),
    ...inner.flatMap(([key, one]) => places(one, [...path, Array.isArray(value) ? Number(key) : key])),
  ];
}

export function withUnknown(value: unknown, [step, ...rest]: readonly (string | number)[]): unknown {
  if (step === undefined) return UNKNOWN;
  if (Array.isArray(value)) return value.map((one, index) => (index === step ? withUnknown(one, rest) : one));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, key === step ? withUnknown(one, rest) : one]),
  );
}
