/** One mistake in a program, and how `preview` names it. */
export interface BadInput {
  /** Arguments of `ApiKey` as TypeScript text. */
  args: string;
  /** The field's path, as it starts the line. */
  field: string;
  /** Cause, then remedy. */
  says: RegExp;
}

const P = `permissions: [{ resource: "scores", actions: ["read"] }]`;
const restricted = (text: string) =>
  `{ permissions: [{ resource: "scores", actions: ["read"], restrictions: ${text} }] }`;
const bad = (args: string, field: string, says: RegExp): BadInput => ({ args, field, says });

/** A word that stands for a value somebody put in the wrong place; no message may show it. */
export const VALUE = "s3cr3t-in-the-wr0ng-place";

export const BAD_INPUTS: readonly BadInput[] = [
  bad(
    `{ permissions: [{ resource: "${VALUE}", actions: ["read"] }] }`,
    "permissions[0].resource",
    /is not a resource; use one of identity, /,
  ),
  bad(
    `{ permissions: [{ resource: "scores", actions: ["read", "${VALUE}"] }] }`,
    "permissions[0].actions[1]",
    /is not an action; use one of read, /,
  ),
  bad(`{ ${P}, rateLimt: "${VALUE}" }`, "rateLimt", /is not a field here; remove it, or correct its spelling/),
  bad(
    `{ ${P}, rateLimit: { requestPerMinute: 5, requestsPerMinute: 5 } }`,
    "rateLimit.requestPerMinute",
    /is not a field here; /,
  ),
  bad(
    `{ permissions: [{ resource: "scores", action: ["read"], actions: ["read"] }] }`,
    "permissions[0].action",
    /is not a field here; /,
  ),
  bad(`{ permissions: [] }`, "permissions", /is an empty list; grant at least one permission/),
  bad(`{ description: "x" }`, "permissions", /is not a list; grant at least one permission/),
  bad(`{ permissions: "scores:read" }`, "permissions", /is not a list; grant at least one permission/),
  bad(
    `{ permissions: ["scores:read"] }`,
    "permissions[0]",
    /is not a permission; write \{ resource, actions, restrictions \}/,
  ),
  bad(
    `{ permissions: [{ resource: "scores", actions: [] }] }`,
    "permissions[0].actions",
    /is an empty list; grant at least one of read/,
  ),
  bad(
    `{ permissions: [{ resource: "scores" }] }`,
    "permissions[0].actions",
    /is not a list; grant at least one of read/,
  ),
  bad(`{ permissions: [{ actions: ["read"] }] }`, "permissions[0].resource", /is not a resource; write a string/),
  bad(
    restricted(`{ ipWhitelist: [] }`),
    "permissions[0].restrictions.ipWhitelist",
    /is an empty list; name at least one address, or leave the field out for all/,
  ),
  bad(
    restricted(`{ ipWhitelist: ["10.0.0.300"] }`),
    "permissions[0].restrictions.ipWhitelist[0]",
    /is not an IP address or CIDR block; write one such as/,
  ),
  bad(
    restricted(`{ ipWhitelist: ["10.0.0.0/33"] }`),
    "permissions[0].restrictions.ipWhitelist[0]",
    /is not an IP address or CIDR block; write one such as/,
  ),
  bad(
    restricted(`{ ipWhitelist: ["10.0.0.1/8"] }`),
    "permissions[0].restrictions.ipWhitelist[0]",
    /bits set beyond its prefix; write the block's first address/,
  ),
  bad(
    restricted(`{ identities: ["${VALUE}"] }`),
    "permissions[0].restrictions.identities[0]",
    /is not an identity; write a name that ends in \.zks/,
  ),
  bad(restricted(`{ chains: ["a chain"] }`), "permissions[0].restrictions.chains[0]", /is not a chain; write its id/),
  bad(restricted(`{ ips: ["10.0.0.1"] }`), "permissions[0].restrictions.ips", /is not a field here; /),
  bad(
    restricted(`"10.0.0.1"`),
    "permissions[0].restrictions",
    /is not an object; write \{ identities, chains, ipWhitelist \}/,
  ),
  bad(`{ ${P}, rateLimit: 60 }`, "rateLimit", /is not an object; write \{ requestsPerMinute/),
  bad(`{ ${P}, rateLimit: {} }`, "rateLimit", /sets no limit; set requestsPerMinute, or leave rateLimit out/),
  bad(`{ ${P}, rateLimit: { requestsPerMinute: 1.5 } }`, "rateLimit.requestsPerMinute", /is not a whole number; /),
  bad(`{ ${P}, rateLimit: { requestsPerMinute: 0 } }`, "rateLimit.requestsPerMinute", /is below 1; /),
  bad(`{ ${P}, rateLimit: { requestsPerMinute: "60" } }`, "rateLimit.requestsPerMinute", /is not a whole number; /),
  bad(
    `{ ${P}, rateLimit: { requestsPerMinute: 10, burstLimit: 11 } }`,
    "rateLimit.burstLimit",
    /is above requestsPerMinute; .*lower it or raise the minute/,
  ),
  bad(
    `{ ${P}, rateLimit: { requestsPerMinute: 301 } }`,
    "rateLimit.requestsPerMinute",
    /is above the plan's ceiling of 300; lower it, or set zkscore:plan/,
  ),
  bad(
    `{ ${P}, expiry: "2099-01-01T00:00:00Z", expiresIn: "90d" }`,
    "expiresIn",
    /stands beside expiry; keep one of the two/,
  ),
  bad(`{ ${P}, expiry: "2020-01-01T00:00:00Z" }`, "expiry", /is in the past, .*; write an instant ahead/),
  bad(`{ ${P}, expiry: "tomorrow" }`, "expiry", /is not an instant; write ISO 8601 with a zone/),
  bad(`{ ${P}, expiry: "2099-02-30T00:00:00Z" }`, "expiry", /is not an instant; write ISO 8601 with a zone/),
  bad(`{ ${P}, expiry: 4070908800 }`, "expiry", /is not an instant; write /),
  bad(
    `{ ${P}, expiresIn: "90 days" }`,
    "expiresIn",
    /is not a duration; write a whole number and one of s, m, h, d, w/,
  ),
  bad(`{ ${P}, expiresIn: "0d" }`, "expiresIn", /is zero; write a duration above zero/),
  bad(`{ ${P}, expiresIn: "99999d" }`, "expiresIn", /is longer than ten years; write a shorter duration/),
  bad(
    `{ ${P}, webhooks: [{ url: "${VALUE}", events: ["score.updated"] }] }`,
    "webhooks[0].url",
    /is not an http\(s\) URL; write an absolute one/,
  ),
  bad(
    `{ ${P}, webhooks: [{ url: "https://${VALUE}@a.example.com/", events: ["score.updated"] }] }`,
    "webhooks[0].url",
    /holds a user name or password; sign deliveries with `secret` instead/,
  ),
  bad(
    `{ ${P}, webhooks: [{ url: "https://127.1/${VALUE}", events: ["score.updated"] }] }`,
    "webhooks[0].url",
    /has a host that not all programs read alike; write a plain name/,
  ),
  bad(
    `{ ${P}, webhooks: [{ url: "https://a.example.com/", events: [] }] }`,
    "webhooks[0].events",
    /is an empty list; name at least one event/,
  ),
  bad(
    `{ ${P}, webhooks: [{ url: "https://a.example.com/", events: ["score.updated"], secret: "" }] }`,
    "webhooks[0].secret",
    /is empty; give a secret, or leave the field out/,
  ),
  bad(
    `{ ${P}, webhooks: ["https://a.example.com/"] }`,
    "webhooks[0]",
    /is not an object; write \{ url, events, secret \}/,
  ),
  bad(`{ ${P}, webhooks: "https://a.example.com/" }`, "webhooks", /is not a list; write \[\{ url, events \}\]/),
  bad(`{ ${P}, name: "" }`, "name", /is empty; write a name/),
  bad(`{ ${P}, name: "   " }`, "name", /is empty; write a name/),
  bad(`{ ${P}, name: "x".repeat(101) }`, "name", /is longer than 100 characters; write a shorter one/),
  bad(`{ ${P}, name: "two\\nlines" }`, "name", /holds a control character; remove it/),
  bad(`{ ${P}, name: 5 }`, "name", /is not a name; write a string/),
  bad(`{ ${P}, namePrefix: "x".repeat(92) }`, "namePrefix", /is longer than 91 characters; write a shorter one/),
  bad(`{ ${P}, name: "a", namePrefix: "b" }`, "namePrefix", /stands beside name; keep one of the two/),
  bad(`{ ${P}, description: "" }`, "description", /is empty; write a description, or leave the field out/),
  bad(`{ ${P}, description: "x".repeat(1001) }`, "description", /is longer than 1,000 characters; write a shorter one/),
  bad(
    `{ ${P}, metadata: { "pulumi:owner": "${VALUE}" } }`,
    "metadata.pulumi:owner",
    /is reserved; .*choose another name/,
  ),
  bad(`{ ${P}, metadata: "${VALUE}" }`, "metadata", /is not an object; write \{ key: value \}/),
  bad(`{ ${P}, rotation: { every: "monthly" } }`, "rotation.every", /is not a duration; /),
  bad(`{ ${P}, rotation: "30d" }`, "rotation", /is not an object; write \{ every, window, overlap/),
  bad(
    `{ ${P}, rotation: { window: "3d" } }`,
    "rotation.window",
    /has no meaning without rotation.every; set every, or remove window/,
  ),
  bad(
    `{ ${P}, rotation: { every: "30d", window: "30d" } }`,
    "rotation.window",
    /isn't shorter than rotation.every, .*; shorten it/,
  ),
  bad(
    `{ ${P}, rotation: { every: "30d", overlap: "31d" } }`,
    "rotation.overlap",
    /isn't shorter than rotation.every, .*; shorten it/,
  ),
  bad(
    `{ ${P}, name: "a", rotation: { overlap: "1d" } }`,
    "rotation.overlap",
    /can't be kept with an explicit name, .*; use namePrefix instead of name/,
  ),
  bad(
    `{ ${P}, expiresIn: "30d", rotation: { every: "30d", overlap: "1d" } }`,
    "expiresIn",
    /ends before rotation.every plus rotation.overlap, .*; lengthen it, or rotate earlier/,
  ),
  bad(
    `{ ${P}, deletionPolicy: "keep" }`,
    "deletionPolicy",
    /is not a deletion policy; use one of revoke, retain, prevent/,
  ),
  bad(`{ ${P}, adopt: { keyId: "" } }`, "adopt.keyId", /is empty; write the id of the key to adopt/),
  bad(`{ ${P}, adopt: "key_1" }`, "adopt", /is not an object; write \{ keyId, apiKey \}/),
];
