import type { CreateRequest, UpdateRequest } from "../../provider/domain/wire.ts";
import { dayStart } from "../clock.ts";
import { ApiFailure } from "../contract/failures.ts";
import type { Store } from "./database.ts";
import { type KeyDoc, type KeyRecord, keysAsOf, keysAt, readRow } from "./keyRow.ts";
import { digest, newApiKey, newId } from "./secrets.ts";
import type { WebhookStore } from "./webhooks.ts";

/** Which keys a list asks for. `rev`: as of that revision instead of now. */
export interface KeyQuery {
  account: number;
  status?: string | undefined;
  /** Leaves revoked keys out, as a server does that forgets them. */
  hideRevoked?: boolean | undefined;
  limit: number;
  offset: number;
  rev?: number | undefined;
}

/** Keys in the database. Everything here is synchronous; callers that write run it inside `store.commit`. */
export interface KeyStore {
  /** Throws `keyExists` when a key that isn't revoked has the name (an expired one still has its own). */
  insert(account: number, body: CreateRequest, now: number): { secret: string; key: KeyRecord };
  /** Throws `notFound` when unknown, another account's, or revoked. */
  change(account: number, id: string, body: UpdateRequest, now: number): KeyRecord;
  /** As `change`; `inactive` is only the operator's to set. */
  revoke(account: number, id: string, now: number): KeyRecord;
  setInactive(account: number, id: string, inactive: boolean, now: number): KeyRecord;
  byId(id: string, now: number): KeyRecord | undefined;
  bySecret(secret: string, now: number): KeyRecord | undefined;
  nameTaken(account: number, name: string): boolean;
  /** Keys of an account created since the day's UTC midnight, revoked ones too. */
  createdToday(account: number, now: number): number;
  list(query: KeyQuery, now: number): { keys: KeyRecord[]; total: number };
  all(now: number): KeyRecord[];
  /** Keys and requests of an account by status. */
  summary(account: number, now: number): ReadonlyMap<string, { keys: number; requests: number }>;
  /** The revision an account was at before its last `writes` writes, or at an instant. */
  revision(account: number, before: { writes: number } | { at: number }): number;
}

export function keyStore(store: Store, webhooks: WebhookStore): KeyStore {
  const db = store.main;
  const byId = db.prepare(`SELECT * FROM ${keysAt} WHERE id = $id`);
  const bySecret = db.prepare(`SELECT * FROM ${keysAt} WHERE secretHash = $hash`);
  const taken = db.prepare("SELECT 1 FROM keys WHERE account = ? AND name = ? AND revokedAt IS NULL AND id <> ?");
  const addKey = db.prepare(
    "INSERT INTO keys (id, account, secretHash, name, doc, createdAt, expiresAt) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  const setKey = db.prepare("UPDATE keys SET name = ?, doc = ?, revokedAt = ?, inactive = ? WHERE id = ?");
  const addVersion = db.prepare(
    "INSERT INTO versions (account, keyId, at, name, doc, revokedAt, inactive) SELECT account, id, ?, name, doc, revokedAt, inactive FROM keys WHERE id = ?",
  );
  const created = db.prepare("SELECT COUNT(*) AS n FROM keys WHERE account = ? AND createdAt >= ? AND createdAt <= ?");
  const everything = db.prepare(`SELECT * FROM ${keysAt} ORDER BY seq`);
  const counts = db.prepare(
    `SELECT status, COUNT(*) AS keys, SUM(totalRequests) AS requests FROM ${keysAt} WHERE account = $account GROUP BY status`,
  );
  const revAt = db.prepare("SELECT COALESCE(MAX(rev), 0) AS rev FROM versions WHERE account = ? AND at <= ?");
  const revBack = db.prepare("SELECT rev FROM versions WHERE account = ? ORDER BY rev DESC LIMIT 1 OFFSET ?");

  const find = (id: string, now: number): KeyRecord | undefined => {
    const row = byId.get({ $id: id, $now: now });
    return row === undefined ? undefined : readRow(row);
  };
  const live = (account: number, id: string, now: number): KeyRecord => {
    const key = find(id, now);
    if (key === undefined || key.account !== account || key.status === "revoked") {
      throw new ApiFailure("notFound", "no live API key has that id");
    }
    return key;
  };
  const asWritten = (id: string, now: number): KeyRecord => {
    addVersion.run(now, id);
    const key = find(id, now);
    if (key === undefined) throw new Error("a key just written can't be read");
    return key;
  };
  const write = ({ id, name, doc }: KeyRecord, revokedAt: number | null, inactive: boolean, now: number): KeyRecord => {
    setKey.run(name, JSON.stringify(doc), revokedAt, inactive ? 1 : 0, id);
    return asWritten(id, now);
  };
  const refuseTaken = (account: number, name: string, except: string): void => {
    if (taken.get(account, name, except) !== undefined) {
      throw new ApiFailure("keyExists", "another live key of this account has this name", {
        details: { field: "name" },
      });
    }
  };

  return {
    insert: (account, body, now) => {
      refuseTaken(account, body.name, "");
      const [id, secret] = [newId("key"), newApiKey()];
      const { name, webhooks: asked, ...rest } = body;
      const doc: KeyDoc = { ...rest, webhooks: webhooks.put(id, asked) };
      const expiresAt = body.expiry === undefined ? null : Date.parse(body.expiry);
      addKey.run(id, account, digest(secret), name, JSON.stringify(doc), now, expiresAt);
      return { secret, key: asWritten(id, now) };
    },
    change: (account, id, body, now) => {
      const key = live(account, id, now);
      const { name = key.name, webhooks: asked, permissions = key.doc.permissions, ...rest } = body;
      refuseTaken(account, name, id);
      const doc: KeyDoc = {
        ...key.doc,
        ...rest,
        permissions,
        webhooks: asked === undefined ? key.doc.webhooks : webhooks.put(id, asked),
      };
      return write({ ...key, name, doc }, null, key.status === "inactive", now);
    },
    revoke: (account, id, now) => write(live(account, id, now), now, false, now),
    setInactive: (account, id, inactive, now) => write(live(account, id, now), null, inactive, now),
    byId: find,
    bySecret: (secret, now) => {
      const row = bySecret.get({ $hash: digest(secret), $now: now });
      return row === undefined ? undefined : readRow(row);
    },
    nameTaken: (account, name) => taken.get(account, name, "") !== undefined,
    createdToday: (account, now) => Number(created.get(account, dayStart(now), now)?.["n"] ?? 0),
    list: ({ account, status, hideRevoked, limit, offset, rev }, now) => {
      const from = rev === undefined ? keysAt : keysAsOf;
      const where = ["account = $account"];
      if (status !== undefined) where.push("status = $status");
      if (hideRevoked === true) where.push("revokedAt IS NULL");
      const base = {
        $account: account,
        $now: now,
        ...(status === undefined ? {} : { $status: status }),
        ...(rev === undefined ? {} : { $rev: rev }),
      };
      const select = `FROM ${from} WHERE ${where.join(" AND ")}`;
      const total = Number(db.prepare(`SELECT COUNT(*) AS n ${select}`).get(base)?.["n"] ?? 0);
      const page = db.prepare(`SELECT * ${select} ORDER BY seq DESC LIMIT $limit OFFSET $offset`);
      return { keys: page.all({ ...base, $limit: limit, $offset: offset }).map(readRow), total };
    },
    summary: (account, now) =>
      new Map(
        counts.all({ $account: account, $now: now }).map((row) => {
          return [String(row["status"]), { keys: Number(row["keys"]), requests: Number(row["requests"]) }];
        }),
      ),
    all: (now) => everything.all({ $now: now }).map(readRow),
    revision: (account, before) => {
      const row = "at" in before ? revAt.get(account, before.at) : revBack.get(account, before.writes);
      return Number(row?.["rev"] ?? 0);
    },
  };
}
