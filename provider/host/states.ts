import { ZkscoreError } from "../domain/errors.ts";

/** A state that isn't one (`ApiKey.get`, a state edited by hand) is refused before anything is derived from it. */
export function assertState(state: Record<string, unknown>): Record<string, unknown> {
  const missing = ["keyId", "apiKey", "endpoint", "permissions", "ownership", "confirmed", "previous"].filter(
    (field) => state[field] === undefined || state[field] === null,
  );
  if (missing.length === 0) return state;
  if (missing.includes("keyId") && missing.includes("confirmed")) throw onlyAnId();
  throw new ZkscoreError({
    code: "ZKS_INPUT",
    what: `the state of a key lacks ${missing.join(", ")}`,
    why: "it wasn't written by this provider, or was edited by hand",
    remedy: "restore the state from the stack's history, or take the key over with adopt: { keyId } in a new resource",
    safe: "no request was made",
  });
}

/** `pulumi import` never comes here: the engine's own "code must be a string" ends it before. */
function onlyAnId(): ZkscoreError {
  return new ZkscoreError({
    code: "ZKS_INPUT",
    what: "a key can't be read by its id alone (the `id` option, `get`, `pulumi import`)",
    why: "the API shows a secret once, so a resource made that way would have none",
    remedy:
      "declare a new resource with adopt: { keyId, apiKey }, or without apiKey and with rotation.overlap: then a new key is made and the old one retired",
    safe: "no request was made",
  });
}
