import type { CreateRequest, UpdateRequest, UsageResponse, WireKey } from "../domain/wire.ts";

/** A key as the handlers see it: the wire's key with its webhooks, whichever answer it came in. */
export type RemoteKey = WireKey;

/** One complete listing of the account: every key, every status, no filter. */
export interface Listing {
  /** All keys by id. */
  keys: ReadonlyMap<string, RemoteKey>;
  /** The server's clock when its last page was answered (epoch ms), from the answer's `timestamp`. */
  serverTime: number;
  /** The local monotonic clock at that moment (ms). */
  fetchedAt: number;
  /**
   * True when every page gave the same `total`, no id came twice and the count equals `total`.
   * Only such a listing says anything about a key that isn't in it.
   */
  complete: boolean;
}

/** A committed create. */
export interface CreatedKey {
  /** The secret. It exists here and in the state, nowhere else. */
  apiKey: string;
  key: RemoteKey;
  /** The server's clock (epoch ms). */
  serverTime: number;
}

/** The key endpoints, with deadlines and retries inside. Every failure is a `ZkscoreError`. */
export interface KeyApi {
  /**
   * One POST, repeated only if it surely was not executed (429 within the deadline, refused, DNS, TLS handshake).
   * Throws with `outcome: "unknown"` when it may have been committed (reset, timeout, 5xx, malformed or cut answer):
   * the caller settles that. A daily creation quota throws `ZKS_QUOTA` at once.
   */
  create(body: CreateRequest): Promise<CreatedKey>;
  /**
   * Every page of the account's keys. `shared`: this run's one listing, fetched on first use (single-flight), with
   * our own writes written through. `fresh`: asked now; it then becomes the shared one. Never answers with a
   * partial listing: a failing page, a loop, a repeated offset throws; a changing `total` or a duplicate id is
   * asked again once, then answered with `complete: false`.
   */
  list(mode: "shared" | "fresh"): Promise<Listing>;
  /** The shared listing as far as this run has one, our own writes included. No request. */
  known(): Listing | undefined;
  /** DELETE. `gone` = 404: unknown or already revoked; what that proves is for the caller to decide. */
  revoke(keyId: string): Promise<"revoked" | "gone">;
  /** PATCH. 405, 501, or 404 throw `ZKS_NO_UPDATE` resp. `ZKS_NOT_FOUND`. */
  update(keyId: string, body: UpdateRequest): Promise<RemoteKey>;
  /** GET usage. `limit`: points of the time series. `secret`: authenticate with this key instead of the management token. */
  usage(query: { keyId?: string; from?: string; to?: string; limit?: number }, secret?: string): Promise<UsageResponse>;
}
