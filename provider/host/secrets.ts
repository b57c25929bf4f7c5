import { SECRET_FIELDS } from "../domain/secretFields.ts";
import { isUnknown } from "../domain/unknown.ts";

type Fields = Record<string, unknown>;

/** How the engine's protocol marks a secret (`pulumi/sdk/go/common/resource/sig`); the engine reads it in every answer. */
const MARK = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };

/**
 * Marks what is a secret as one. Left to the constructor alone, a transform could undo it: by `webhooks` in clear, or by
 * taking `additionalSecretOutputs` away. Handlers get secrets in clear, so what comes back has to be marked each time.
 */
export function markSecrets<T extends Fields>(fields: T): Fields {
  const marked: Fields = { ...fields };
  for (const field of SECRET_FIELDS) {
    const value = fields[field];
    if (value !== undefined && value !== null && !isUnknown(value)) marked[field] = { ...MARK, value };
  }
  return marked;
}
