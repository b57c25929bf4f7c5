import { z } from "zod";
import { parseBlock } from "./cidr.ts";
import { durationMs, LONGEST_MS } from "./duration.ts";
import type { KeyInputs, KeyState } from "./inputs.ts";
import { instantMs } from "./instant.ts";
import { OPERATIONS, pathSteps } from "./options.ts";
import { ACTIONS, RESOURCES } from "./vocabulary.ts";
import { readWebhookUrl } from "./webhookUrl.ts";

/**
 * The strict schema of what a program may write. It only judges; the canonical form is made by `canonical.ts`.
 * Each message says the cause, then the remedy. None shows a value: any of them may be a secret put in the wrong place.
 */

/** Longest name (assumed: the reference gives none; other key APIs allow 64 to 255). */
export const NAME_MAX = 100;
/** A derived name is its prefix, `-` and 8 hex digits. */
export const PREFIX_MAX = NAME_MAX - 9;
/** Metadata keys with this prefix carry the ownership marker. */
export const RESERVED_PREFIX = "pulumi:";

const text = (what: string) => z.string({ error: `is not ${what}; write a string` });

function choice(words: readonly string[], what: string) {
  return text(what).refine((word) => words.includes(word.trim().toLowerCase()), {
    error: `is not ${what}; use one of ${words.join(", ")}`,
  });
}

/** An object with these fields and no others. */
function fields<T extends z.ZodRawShape>(shape: T, what = "an object") {
  const form = `is not ${what}; write { ${Object.keys(shape).join(", ")} }`;
  return z.strictObject(shape, { error: (issue) => (issue.code === "invalid_type" ? form : undefined) });
}

function nonEmptyList<T extends z.ZodType>(item: T, remedy: string) {
  return z.array(item, { error: `is not a list; ${remedy}` }).min(1, { error: `is an empty list; ${remedy}` });
}

const duration = text('a duration such as "30d"').superRefine((value, context) => {
  const ms = durationMs(value);
  if (ms === undefined) {
    context.addIssue('is not a duration; write a whole number and one of s, m, h, d, w, such as "24h" or "90d"');
  } else if (ms > LONGEST_MS) context.addIssue("is longer than ten years; write a shorter duration");
});

const positiveDuration = duration.refine((value) => durationMs(value) !== 0, {
  error: 'is zero; write a duration above zero, such as "30d"',
});

const identity = text("an identity").refine((id) => /^[a-z0-9](?:[a-z0-9._-]{0,250})\.zks$/i.test(id.trim()), {
  error: 'is not an identity; write a name that ends in .zks, such as "alice.zks"',
});

const chain = z
  .union([z.string(), z.int()], { error: "is not a chain; write its id or its name" })
  .refine((id) => /^[\w][\w.:-]{0,63}$/.test(String(id).trim()), {
    error: "is not a chain; write its id (998899) or its name",
  });

const address = text("an address").superRefine((value, context) => {
  const block = parseBlock(value);
  if (block === undefined) {
    context.addIssue('is not an IP address or CIDR block; write one such as "203.0.113.7" or "203.0.113.0/24"');
  } else if (block.hostBits) {
    context.addIssue("is a CIDR block with bits set beyond its prefix; write the block's first address");
  }
});

const restrictions = fields({
  identities: nonEmptyList(identity, "name at least one identity, or leave the field out for all").optional(),
  chains: nonEmptyList(chain, "name at least one chain, or leave the field out for all").optional(),
  ipWhitelist: nonEmptyList(address, "name at least one address, or leave the field out for all").optional(),
});

const permission = fields(
  {
    resource: choice(RESOURCES, "a resource"),
    actions: nonEmptyList(choice(ACTIONS, "an action"), `grant at least one of ${ACTIONS.join(", ")}`),
    restrictions: restrictions.optional(),
  },
  "a permission",
);

const count = z
  .int({ error: "is not a whole number; write a number of requests" })
  .min(1, { error: "is below 1; write a number of requests above 0, or leave the field out" })
  .max(1_000_000_000, { error: "is above 1,000,000,000; write a smaller number" });

const rateLimit = fields({
  requestsPerMinute: count.optional(),
  requestsPerHour: count.optional(),
  requestsPerDay: count.optional(),
  burstLimit: count.optional(),
}).superRefine((limit, context) => {
  if (Object.values(limit).every((value) => value === undefined)) {
    context.addIssue("sets no limit; set requestsPerMinute, or leave rateLimit out");
  }
  if (limit.burstLimit !== undefined && limit.burstLimit > (limit.requestsPerMinute ?? Number.POSITIVE_INFINITY)) {
    context.addIssue({
      code: "custom",
      path: ["burstLimit"],
      message: "is above requestsPerMinute; a burst can't exceed its minute: lower it or raise the minute",
    });
  }
});

/** Judged without the space around it, and so it is sent. */
const url = text("a URL").superRefine((value, context) => {
  const read = readWebhookUrl(value.trim());
  if ("fault" in read) context.addIssue(read.fault);
});

const webhook = fields({
  url,
  events: nonEmptyList(text("an event").min(1, { error: "is empty; name an event" }), "name at least one event"),
  secret: text("a secret").min(1, { error: "is empty; give a secret, or leave the field out" }).optional(),
});

const name = (max: number) =>
  text("a name")
    .refine((value) => value.trim().length > 0, { error: "is empty; write a name" })
    .refine((value) => value.trim().length <= max, { error: `is longer than ${max} characters; write a shorter one` })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
    .refine((value) => !/[\u0000-\u001f\u007f]/.test(value), { error: "holds a control character; remove it" });

const prefix = name(PREFIX_MAX);

/** Why a text can't be a prefix of names, in words that follow "it"; undefined where it can. */
export function prefixFault(text: string): string | undefined {
  const fault = prefix.safeParse(text).error?.issues[0]?.message;
  return fault?.split(";")[0];
}

const metadata = z
  .record(z.string(), z.json(), { error: "is not an object; write { key: value }" })
  .superRefine((bag, context) => {
    for (const key of Object.keys(bag)) {
      if (!key.startsWith(RESERVED_PREFIX)) continue;
      const message = `is reserved; keys that start with "${RESERVED_PREFIX}" mark whose key it is: choose another name`;
      context.addIssue({ code: "custom", path: [key], message });
    }
  });

const propertyPath = text("a property path").superRefine((path, context) => {
  const steps = pathSteps(path);
  if (steps === undefined) {
    context.addIssue('is not a property path; write one such as "permissions" or "rateLimit.burstLimit", or "*"');
  } else if (steps.some((step) => typeof step === "number")) {
    context.addIssue("holds an index, and lists are sets here, without first or second; name the list, or write [*]");
  }
});

/** Made by the constructor; judged as well, since a transform can set it. */
const options = fields({
  replaceOnChanges: z.array(propertyPath).optional(),
  timeouts: fields(
    Object.fromEntries(OPERATIONS.map((operation) => [operation, z.number().positive().optional()])),
  ).optional(),
});

const CONSTRUCTOR = "is set by the constructor of ApiKey alone; declare the key with new ApiKey(name, args)";
const noted = z.string({ error: CONSTRUCTOR });

/** Likewise. What it says is judged against the state. */
const ownership = z.strictObject(
  {
    ...{ identity: noted, owner: noted, project: noted, stack: noted, name: noted },
    parents: noted.optional(),
    ignored: z.array(noted, { error: CONSTRUCTOR }).optional(),
  },
  { error: (issue) => (issue.code === "invalid_type" ? CONSTRUCTOR : undefined) },
);

export const inputSchema = z.strictObject({
  name: name(NAME_MAX).optional(),
  namePrefix: prefix.optional(),
  description: text("a description")
    .refine((value) => value.trim().length > 0, { error: "is empty; write a description, or leave the field out" })
    .max(1_000, { error: "is longer than 1,000 characters; write a shorter one" })
    .optional(),
  permissions: nonEmptyList(permission, "grant at least one permission: { resource, actions }"),
  rateLimit: rateLimit.optional(),
  expiry: text("an instant")
    .refine((value) => instantMs(value) !== undefined, {
      error: 'is not an instant; write ISO 8601 with a zone, such as "2027-01-31T00:00:00Z"',
    })
    .optional(),
  expiresIn: positiveDuration.optional(),
  webhooks: z.array(webhook, { error: "is not a list; write [{ url, events }]" }).optional(),
  metadata: metadata.optional(),
  rotation: fields({
    every: positiveDuration.optional(),
    window: duration.optional(),
    overlap: duration.optional(),
    trigger: z.json().optional(),
    compromised: z.json().optional(),
  }).optional(),
  deletionPolicy: choice(["revoke", "retain", "prevent"], "a deletion policy").optional(),
  adopt: fields({
    keyId: text("a key id").min(1, { error: "is empty; write the id of the key to adopt" }),
    apiKey: text("a secret").min(1, { error: "is empty; give the key's secret, or leave the field out" }).optional(),
  }).optional(),
  ownership,
  options: options.optional(),
});

/** The names of the inputs. */
export const INPUT_NAMES = inputSchema.keyof().options;

/** Of outputs, which repeat the inputs: what is not one of them. */
export function withoutInputs(state: KeyState): Omit<KeyState, keyof KeyInputs> {
  const { order: _places, ...rest } = state;
  const names: readonly string[] = INPUT_NAMES;
  // The cast states what the filter does; TypeScript can't follow it.
  return Object.fromEntries(Object.entries(rest).filter(([name]) => !names.includes(name))) as Omit<
    KeyState,
    keyof KeyInputs
  >;
}
