import { z } from "zod";
import { OPERATIONS } from "../contract/statuses.ts";
import type { Store } from "./database.ts";

const entrySchema = z.strictObject({
  /** Order of arrival, from 1. */
  seq: z.number(),
  /** The emulator's clock at arrival, ISO 8601. */
  at: z.string(),
  requestId: z.string(),
  /** Index of the account whose token or key came along; null when none was recognised. */
  account: z.number().nullable(),
  /** `management` token, `issued` key, or null. */
  caller: z.enum(["management", "issued"]).nullable(),
  operation: z.enum(OPERATIONS),
  method: z.string(),
  /** Path template, never the path. */
  path: z.string(),
  /** The key it is about, once known; only ids of this emulator's own form. */
  keyId: z.string().nullable(),
  /** Offset asked for by a list. */
  offset: z.number().nullable(),
  /** The status the emulator decided on; null while open, or when the connection was cut before it decided. */
  status: z.number().nullable(),
  /** Whether it changed something for good. */
  committed: z.boolean(),
  /** Faults that took effect, as `kind@phase`. */
  faults: z.array(z.string()),
  /** `answered`: the last byte was handed to the socket; `cut`: not; `open`: still at it. */
  outcome: z.enum(["open", "answered", "cut"]),
});
/**
 * One request. It holds no text a client chose: no body, no header, no query, no raw path, so no secret can be in it.
 */
export type JournalEntry = z.infer<typeof entrySchema>;

export interface Journal {
  /** Records an arrival. `note` changes the entry afterwards. */
  open(entry: Omit<JournalEntry, "seq">): { entry: JournalEntry; note(change: Partial<JournalEntry>): void };
  /** Entries after `since` (a `seq`; default all), oldest first. */
  read(since?: number): JournalEntry[];
  /** Forgets all entries; `seq` keeps counting. */
  clear(): void;
}

/** A journal that outlives the process when the store does. It is evidence, not a promise: only `main` is fsynced. */
export function openJournal(store: Store, persistent: boolean): Journal {
  const write = store.journal.prepare("INSERT OR REPLACE INTO journal (seq, entry) VALUES (?, ?)");
  const entries: JournalEntry[] = store.journal
    .prepare("SELECT entry FROM journal ORDER BY seq")
    .all()
    .map((row) => entrySchema.parse(JSON.parse(String(row["entry"]))));
  let seq = entries.at(-1)?.seq ?? 0;
  const save = (entry: JournalEntry): void => {
    if (persistent) write.run(entry.seq, JSON.stringify(entry));
  };
  return {
    open: (fields) => {
      seq += 1;
      const entry: JournalEntry = { ...fields, seq };
      entries.push(entry);
      save(entry);
      return {
        entry,
        note: (change) => {
          Object.assign(entry, change);
          save(entry);
        },
      };
    },
    read: (since = 0) => entries.filter((entry) => entry.seq > since).map((entry) => structuredClone(entry)),
    clear: () => {
      entries.length = 0;
      store.journal.exec("DELETE FROM journal");
    },
  };
}
