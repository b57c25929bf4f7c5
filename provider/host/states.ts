import { ZkscoreError } from "../domain/errors.ts";

/** A state that isn't one (`ApiKey.get`, a state edited by hand) is refused before anything is derived from it. */
export function assertState(state: Record<string, unknown>): Record<string, unknown> {
  const missing = ["keyId", "apiKey", "endpoint", "permissions", "ownership", "confirmed", "previous"].filter(
    (field) => state[field] === undefined || state[field] === null,
  );
  if (missing.length === 0) return state;
  throw new ZkscoreError({
    code: "ZKS_INPUT",
    what: `the state of a key lacks ${missing.join(", ")}`,
    why: "it wasn't written by this provider, or was edited by hand",
    remedy: "restore the state from the stack's history, or take the key over with adopt: { keyId } in a new resource",
    safe: "no request was made",
  });
}
