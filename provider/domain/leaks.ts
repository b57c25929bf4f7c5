import type { KeyInputs } from "./inputs.ts";
import { holdsKey } from "./keyForm.ts";
import type { Problem } from "./rules.ts";
import { sameJson } from "./stable.ts";
import { isUnknown } from "./unknown.ts";

/** A shorter secret turns up in a description by chance. */
const SECRET_MIN = 8;

/**
 * Secrets in fields that everybody reads who may list the account's keys: a key of this API's form (`pulumi.unsecret` of
 * another key's `apiKey`, say), and this key's own webhook secrets. A field as it stands in the old inputs was judged then,
 * or is what the account has. The value, and a name that holds one, is never shown.
 */
export function leakProblems(olds: object, inputs: KeyInputs): Problem[] {
  const secrets = secretsOf(inputs);
  const leaks = (text: string) => holdsKey(text) || secrets.some((secret) => text.includes(secret));
  const fields = (["name", "namePrefix", "description", "metadata"] as const).filter(
    (field) => inputs[field] !== undefined && !sameJson(Reflect.get(olds, field), inputs[field]),
  );
  const problems = fields.flatMap((field) => placesOf(field, inputs[field], leaks).map(problem));
  const { adopt } = inputs;
  if (adopt !== undefined && !isUnknown(adopt) && holdsKey(String(adopt.keyId))) {
    problems.push({
      path: "adopt.keyId",
      text: "is a secret; write the id of the key, and the secret into adopt.apiKey",
    });
  }
  return problems;
}

function problem(path: string): Problem {
  const text =
    "holds a secret, in clear for everybody who may list the account's keys; take it out (a consumer gets a key's secret from its output `apiKey`)";
  return { path, text };
}

function secretsOf({ webhooks, adopt }: KeyInputs): string[] {
  const hooks = Array.isArray(webhooks) ? webhooks.map((hook) => hook.secret) : [];
  const given = [...hooks, typeof adopt === "object" ? adopt.apiKey : undefined];
  return given.flatMap((secret) => {
    return secret !== undefined && secret.length >= SECRET_MIN && !isUnknown(secret) ? [secret] : [];
  });
}

/** Where in a value a leak stands: the field, or the entry of it whose name may be shown. */
function placesOf(path: string, value: unknown, leaks: (text: string) => boolean): string[] {
  if (typeof value === "string") return leaks(value) ? [path] : [];
  if (typeof value !== "object" || value === null) return [];
  const found = Object.entries(value).flatMap(([key, inner]) => {
    if (!Array.isArray(value) && leaks(key)) return [path];
    return placesOf(Array.isArray(value) ? path : `${path}.${key}`, inner, leaks);
  });
  return [...new Set(found)];
}
