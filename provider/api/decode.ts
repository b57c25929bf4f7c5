import type { z } from "zod";
import { instantMs } from "../domain/instant.ts";
import { type Call, malformedError } from "./errors.ts";
import { parseJson } from "./json.ts";
import type { Answer } from "./transport.ts";

/** Parses a success with its wire schema, or throws `ZKS_MALFORMED` naming the first field that is wrong. */
export function decode<T>(call: Call, answer: Answer, schema: z.ZodType<T>): T {
  if (answer.text === undefined) {
    throw malformedError(call, answer, answer.unreadable ?? "the body broke off");
  }
  if (answer.text.trim() === "") throw malformedError(call, answer, "the body is empty");
  const json = parseJson(answer.text);
  if (json === undefined)
    throw malformedError(call, answer, "the body is not JSON, or cut, or nested too deeply, or in too many pieces");
  const parsed = schema.safeParse(json.value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw malformedError(call, answer, `the field \`${fieldPath(issue?.path ?? [])}\` is missing or has a wrong type`);
}

/** The server's clock from an answer's `timestamp`; a clock that can't be read is a malformed answer, never a guess. */
export function serverTime(call: Call, answer: Answer, timestamp: string): number {
  const at = instantMs(timestamp);
  if (at === undefined)
    throw malformedError(call, answer, "the field `timestamp` is not an ISO 8601 instant with a zone");
  return at;
}

/** `keys[3].createdAt`. Below `metadata`, names come from the data and are not shown. */
function fieldPath(path: readonly PropertyKey[]): string {
  const metadata = path.indexOf("metadata");
  const shown = metadata < 0 ? path : path.slice(0, metadata + 1);
  const text = shown.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return text === "" ? "(the whole body)" : text.replace(/^\./, "");
}
