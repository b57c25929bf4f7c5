import { instantMs } from "../domain/instant.ts";
import { own, parseJson } from "./json.ts";

/** What an error is about, as far as its code and text tell. */
export type Topic = "quota" | "conflict" | "webhook" | "rateLimit" | "permissions" | "expiry" | "expired" | "revoked";

/** An error body, reduced to what may leave this module: the server's text never does. */
export interface ErrorBody {
  /** True for the three documented shapes. False: HTML of a proxy, an empty body, truncated JSON, anything else. */
  fromApi: boolean;
  /** The API's code, not yet cleaned. */
  rawCode: string | undefined;
  topics: ReadonlySet<Topic>;
  /** `details.retryAfter`, unchecked. */
  retryAfterSeconds: unknown;
  /** The server's clock, if the body says it. */
  serverTime: number | undefined;
}

/**
 * The documented codes are coarse (`INVALID_PARAMETERS` for all four failures of create), so the text decides.
 * A guess: a server that words its text otherwise gets the general cause, never a wrong retry.
 */
const TOPICS: readonly [Topic, RegExp][] = [
  ["quota", /ZKS-003-002|\bquota\b|\bdaily\b|\b(per|a|each) day\b|\btoday\b/i],
  ["conflict", /\balready (exists|in use|taken|used)\b|\bduplicate\b|\bname (is )?(taken|in use|not unique)\b/i],
  ["webhook", /\bwebhooks?\b|\bcallback url\b/i],
  ["rateLimit", /\brate ?limits?\b|\bratelimit\b|\brequests ?per ?(minute|hour|day)\b|\bburst ?limit\b/i],
  [
    "permissions",
    /\bpermissions?\b|\bunsupported (resource|action)\b|\b(invalid|unknown) (resource|action)\b|\brestrictions?\b/i,
  ],
  ["expiry", /\bexpiry\b|\bexpiration\b/i],
  ["expired", /ZKS-002-002|\bexpired\b/i],
  ["revoked", /\brevoked\b/i],
];

/** Reads `{error, message}`, `{code, message, details}`, and either with its error nested under `error`. */
export function parseErrorBody(text: string | undefined): ErrorBody {
  const outer = text === undefined ? undefined : parseJson(text)?.value;
  const inner = typeof own(outer, "error") === "object" ? own(outer, "error") : outer;
  const code = string(own(inner, "code")) ?? string(own(inner, "error"));
  const message = string(own(inner, "message"));
  const details = own(inner, "details");
  const timestamp = string(own(inner, "timestamp")) ?? string(own(outer, "timestamp"));
  const text2000 = [code, message, string(own(details, "field"))]
    .map((part) => (part ?? "").slice(0, 2000).replace(/_/g, " "))
    .join(" \n ");
  return {
    fromApi: code !== undefined,
    rawCode: code,
    topics: new Set(TOPICS.filter(([, pattern]) => pattern.test(text2000)).map(([topic]) => topic)),
    retryAfterSeconds: own(details, "retryAfter"),
    serverTime: timestamp === undefined ? undefined : instantMs(timestamp),
  };
}

function string(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
