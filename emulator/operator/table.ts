import type { UpdateRequest } from "../../provider/domain/wire.ts";
import type { Core } from "../accounts.ts";
import { iso } from "../clock.ts";
import type { Held, HoldFilter, Holds } from "../faults/holds.ts";
import type { Faults } from "../faults/registry.ts";
import { type ModeChange, type Modes, modesSchema } from "../modes.ts";
import type { Journal, JournalEntry } from "../store/journal.ts";
import type { KeyRecord } from "../store/keyRow.ts";
import type { Delivery } from "../store/webhooks.ts";

/** A key as the operator sees it: as stored, whatever the modes make of it in answers. */
export interface KeyView {
  id: string;
  account: number;
  name: string;
  description: string | undefined;
  permissions: KeyRecord["doc"]["permissions"];
  rateLimit: KeyRecord["doc"]["rateLimit"];
  webhooks: KeyRecord["doc"]["webhooks"];
  metadata: Record<string, unknown>;
  status: KeyRecord["status"];
  createdAt: string;
  expiry: string | undefined;
  revokedAt: string | null;
  lastUsed: string | null;
  totalRequests: number;
  /** To recognise a secret without having it. */
  secretSha256: string;
}

/** What the emulator's operator can do, in process; over HTTP see `operatorHttp.ts`. */
export interface Operator {
  journal(since?: number): JournalEntry[];
  clearJournal(): void;
  faults: Faults;
  /** Resolves with the oldest request held by a `pause` or `hang`, as soon as there is one that fits. */
  waitForPause(filter?: HoldFilter): Promise<Held>;
  /** Lets one held request go on, or all; returns how many. */
  release(id?: number): number;
  held(): Held[];
  modes(): Modes;
  setMode(change: ModeChange): void;
  /** The emulator's clock, epoch ms. */
  now(): number;
  /** Stops the clock at an instant; `undefined` lets it follow the machine's. */
  setNow(instant: number | string | undefined): void;
  advance(ms: number): void;
  /** Every key of every account, oldest first, or those of one account. */
  keys(account?: number): KeyView[];
  /** Changes a key out of band, as its owner could in a console; whatever `updates` is. No journal entry. */
  edit(keyId: string, change: UpdateRequest): void;
  /** Revokes a key out of band. */
  revoke(keyId: string): void;
  setInactive(keyId: string, inactive: boolean): void;
  /** Sends a signed event to every active key's webhooks that asked for it, or to those of one key. */
  event(event: { type: string; data?: unknown; keyId?: string }): Promise<Delivery[]>;
}

/** The modes as they are, changed by `setMode`. */
export interface ModeBox {
  modes: Modes;
}

export function operator(
  core: Core,
  box: ModeBox,
  parts: { faults: Faults; holds: Holds; journal: Journal },
): Operator {
  const { journal, holds, faults } = parts;
  const { keys, store, clock } = core;
  const accountOf = (keyId: string): number => {
    const key = keys.byId(keyId, clock.now());
    if (key === undefined) throw new RangeError("no key has that id");
    return key.account;
  };
  return {
    journal: (since) => journal.read(since),
    clearJournal: () => journal.clear(),
    faults,
    waitForPause: (filter) => holds.wait(filter),
    release: (id) => holds.release(id),
    held: () => holds.list(),
    modes: () => box.modes,
    setMode: (change) => {
      box.modes = modesSchema.parse({ ...box.modes, ...change });
    },
    now: () => clock.now(),
    setNow: (instant) => clock.set(instant),
    advance: (ms) => clock.advance(ms),
    keys: (account) =>
      keys
        .all(clock.now())
        .filter((key) => account === undefined || key.account === account)
        .map(view),
    edit: (keyId, change) => void store.commit(() => keys.change(accountOf(keyId), keyId, change, clock.now())),
    revoke: (keyId) => void store.commit(() => keys.revoke(accountOf(keyId), keyId, clock.now())),
    setInactive: (keyId, inactive) =>
      void store.commit(() => keys.setInactive(accountOf(keyId), keyId, inactive, clock.now())),
    event: ({ type, data = {}, keyId }) => {
      const at = clock.now();
      const active = keys.all(at).filter((key) => key.status === "active" && (keyId === undefined || key.id === keyId));
      return core.webhooks.deliver(active, { type, data, created: iso(at), at });
    },
  };
}

function view(key: KeyRecord): KeyView {
  const { id, account, name, status, doc } = key;
  return {
    id,
    account,
    name,
    description: doc.description,
    permissions: doc.permissions,
    rateLimit: doc.rateLimit,
    webhooks: doc.webhooks,
    metadata: doc.metadata ?? {},
    status,
    createdAt: iso(key.createdAt),
    expiry: doc.expiry,
    revokedAt: key.revokedAt === null ? null : iso(key.revokedAt),
    lastUsed: key.lastUsed === null ? null : iso(key.lastUsed),
    totalRequests: key.totalRequests,
    secretSha256: key.secretHash,
  };
}
