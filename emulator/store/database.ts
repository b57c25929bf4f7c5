import { chmodSync, closeSync, constants, existsSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** The emulator's databases. `main` is durable; `journal` survives a killed process but not a power cut. */
export interface Store {
  main: DatabaseSync;
  journal: DatabaseSync;
  /** Runs `work` in one transaction: committed when this returns, rolled back when it throws. */
  commit<T>(work: () => T): T;
  close(): void;
}

// A key is kept as a digest. A webhook's secret is kept in clear, since deliveries are signed with it: what protects it is
// that the file is the owner's alone.
const MAIN = `
CREATE TABLE IF NOT EXISTS keys (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  account INTEGER NOT NULL,
  secretHash TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  doc TEXT NOT NULL,
  createdAt INTEGER NOT NULL,
  expiresAt INTEGER,
  revokedAt INTEGER,
  inactive INTEGER NOT NULL DEFAULT 0,
  lastUsed INTEGER,
  totalRequests INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS liveName ON keys (account, name) WHERE revokedAt IS NULL;
CREATE INDEX IF NOT EXISTS byAccount ON keys (account, seq);
CREATE TABLE IF NOT EXISTS versions (
  rev INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL,
  keyId TEXT NOT NULL,
  at INTEGER NOT NULL,
  name TEXT NOT NULL,
  doc TEXT NOT NULL,
  revokedAt INTEGER,
  inactive INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS webhooks (
  id TEXT PRIMARY KEY,
  keyId TEXT NOT NULL,
  deliveryCount INTEGER NOT NULL DEFAULT 0,
  failureCount INTEGER NOT NULL DEFAULT 0,
  lastDelivery INTEGER
) STRICT;
CREATE TABLE IF NOT EXISTS webhookSecrets (webhookId TEXT PRIMARY KEY, secret TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS usage (
  keyId TEXT NOT NULL,
  minute INTEGER NOT NULL,
  endpoint TEXT NOT NULL,
  method TEXT NOT NULL,
  status INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  admitted INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  latencyMsSum REAL NOT NULL,
  latencyMsMax REAL NOT NULL,
  PRIMARY KEY (keyId, minute, endpoint, method, status)
) STRICT, WITHOUT ROWID;
`;

const JOURNAL = "CREATE TABLE IF NOT EXISTS journal (seq INTEGER PRIMARY KEY, entry TEXT NOT NULL) STRICT;";

/**
 * Makes a database file for its owner alone, also in a folder that others may enter. SQLite gives what it makes beside it
 * the same mode.
 */
function keepPrivate(path: string): void {
  const { O_RDWR, O_CREAT, O_NOFOLLOW = 0 } = constants;
  closeSync(openSync(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600));
  for (const file of ["", "-wal", "-shm", "-journal"].map((suffix) => path + suffix)) {
    if (existsSync(file)) chmodSync(file, 0o600);
  }
}

/** `dataDir`: a folder, made if missing, or `:memory:`. */
export function openStore(dataDir: string): Store {
  const inMemory = dataDir === ":memory:";
  if (!inMemory) mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const open = (file: string, synchronous: "FULL" | "NORMAL", schema: string): DatabaseSync => {
    if (!inMemory) keepPrivate(join(dataDir, file));
    const db = new DatabaseSync(inMemory ? ":memory:" : join(dataDir, file));
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}; PRAGMA busy_timeout = 2000;`);
    db.exec(schema);
    return db;
  };
  const main = open("emulator.db", "FULL", MAIN);
  const journal = open("journal.db", "NORMAL", JOURNAL);
  return {
    main,
    journal,
    commit: (work) => {
      main.exec("BEGIN IMMEDIATE");
      try {
        const result = work();
        main.exec("COMMIT");
        return result;
      } catch (error) {
        main.exec("ROLLBACK");
        throw error;
      }
    },
    close: () => {
      main.close();
      journal.close();
    },
  };
}
