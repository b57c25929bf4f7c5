import { createHmac, timingSafeEqual } from "node:crypto";

/** A delivery, as the API documents it. */
export interface Delivery {
  id: string;
  type: string;
  /** When it happened, ISO 8601. */
  created: string;
  data: unknown;
}

/** A delivery that is genuine and new, or the status it is refused with. */
export type Verdict = { delivery: Delivery } | { status: 400 | 401 | 409; why: string };

const TOLERANCE_MS = 5 * 60_000;

/**
 * Judges deliveries that are signed with `secret`. It remembers the ids of the last minutes, in this process: several
 * instances need one place for them (in Redis: `SET id 1 NX EX 600`), or a replay goes to the one that hasn't seen it.
 */
export function verifier(secret: string, now: () => number = Date.now) {
  if (secret.length < 32) throw new Error("the webhook's secret is missing or shorter than 32 characters");
  const seen = new Map<string, number>();

  /** `body`: the bytes as they came; parsed and written again they have another signature. */
  return (body: Buffer, signature = ""): Verdict => {
    const wanted = Buffer.from(`sha256=${createHmac("sha256", secret).update(body).digest("hex")}`);
    const given = Buffer.from(signature);
    // timingSafeEqual, since `===` tells by its time how much of a guess is right.
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return { status: 401, why: "bad signature" };

    const delivery = parse(body);
    if (delivery === undefined) return { status: 400, why: "not a delivery" };
    // The signature covers `created` and `id`, so whoever sends it again can change neither.
    const age = Math.abs(now() - Date.parse(delivery.created));
    if (!(age <= TOLERANCE_MS)) return { status: 409, why: "too old" };
    for (const [id, at] of seen) if (now() - at > 2 * TOLERANCE_MS) seen.delete(id);
    if (seen.has(delivery.id)) return { status: 409, why: "a replay" };
    seen.set(delivery.id, now());
    return { delivery };
  };
}

function parse(body: Buffer): Delivery | undefined {
  try {
    const { id, type, created, data } = JSON.parse(body.toString("utf8"));
    const known = [id, type, created].every((one) => typeof one === "string");
    return known ? { id, type, created, data } : undefined;
  } catch {
    return undefined;
  }
}
