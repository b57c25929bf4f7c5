/** Shortest run of characters that counts as a piece of a secret. Shorter ones collide with ordinary ids. */
const FRAGMENT = 8;

/**
 * Whether a short text from the server holds a piece of one of `secrets`, raw or in a common encoding. Only request ids
 * and error codes ever reach an error; this keeps a server that echoes its request from putting a secret there.
 * Not guaranteed: an encoding that isn't listed here.
 */
export function holdsSecret(text: string, secrets: readonly string[]): boolean {
  const haystacks = secrets.flatMap(encodings).map((value) => value.toLowerCase());
  const needle = text.toLowerCase();
  for (const haystack of haystacks) {
    if (haystack.length < FRAGMENT && haystack.length > 0 && needle.includes(haystack)) return true;
    for (let i = 0; i + FRAGMENT <= needle.length; i++) {
      if (haystack.includes(needle.slice(i, i + FRAGMENT))) return true;
    }
  }
  return false;
}

function encodings(secret: string): string[] {
  const shifted = [0, 1, 2].map((n) => Buffer.from(secret).subarray(n));
  return [
    secret,
    encodeURIComponent(secret.toWellFormed()),
    Buffer.from(secret).toString("hex"),
    ...shifted.map((bytes) => bytes.toString("base64")),
    ...shifted.map((bytes) => bytes.toString("base64url")),
  ];
}

/** A request id fit for a log: what such ids look like, and nothing that looks like a key. */
export function cleanRequestId(raw: string | undefined, secrets: readonly string[]): string | undefined {
  if (raw === undefined || !/^[A-Za-z0-9][A-Za-z0-9._:-]{3,63}$/.test(raw)) return undefined;
  return /^zk_/i.test(raw) || holdsSecret(raw, secrets) ? undefined : raw;
}

/** An error code fit for a log: `ZKS-002-001`, or words like `INVALID_PARAMETERS`; anything else is dropped. */
export function cleanApiCode(raw: string | undefined, secrets: readonly string[]): string | undefined {
  if (raw === undefined || raw.length > 64) return undefined;
  if (/^ZKS-\d{3}-\d{3}$/.test(raw)) return raw;
  return /^[A-Z]+(_[A-Z]+)*$/.test(raw) && !holdsSecret(raw, secrets) ? raw : undefined;
}
