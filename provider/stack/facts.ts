import { z } from "zod";

/**
 * What one provider process can tell the others of the same engine run: ids, owners and instants, never a secret. The
 * engine may start several (the configuration changed between refresh and program, or a provider given by name), and
 * each sees a part of the state only.
 */

const retired = z.object({ keyId: z.string(), revokeAfter: z.string() });

/** A key of the state, as the engine showed it to some handler of this run. */
const sighting = z.object({
  keyId: z.string(),
  /** The owner of the resource that has it now. */
  holder: z.string(),
  /** The stack identity in its mark, and the names it was made under. */
  identity: z.string(),
  project: z.string(),
  stack: z.string(),
  endpoint: z.string(),
  /** Keys it replaced that still live. */
  previous: z.array(retired),
  /** Every key that its creation retired, those that the engine was to delete at once included. */
  retires: z.array(retired),
  /** What it was adopted from, if it was. */
  adopted: z.string().optional(),
  /** First half of the secret's digest: enough to know the key that a run authenticates with. */
  fingerprint: z.string(),
  unfinished: z.enum(["sweep", "purge"]).optional(),
  /** Digest of `rotation.compromised`, salted with the key's id. */
  compromised: z.string().optional(),
  /** As last seen. */
  status: z.string(),
});
export type Sighting = z.infer<typeof sighting>;

/** A replacement that `diff` announced. */
const replacement = z.object({
  /** Of the new key. */
  owner: z.string(),
  /** The key that goes. */
  keyId: z.string(),
  /** It is declared compromised: no overlap. */
  incident: z.boolean(),
  /** The key that goes lives on for a time. */
  overlaps: z.boolean(),
  /** The new key's explicit name. */
  name: z.string().optional(),
  /** Only the clock asks for it, from this instant (epoch ms) on. */
  dueAt: z.number().optional(),
});
export type Replacement = z.infer<typeof replacement>;

/** What a listing shows of a key that bears on whose it is. */
const listed = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  createdAt: z.string(),
  metadata: z.record(z.string(), z.string()),
  lastUsed: z.string().optional(),
  lastRequestAt: z.string().optional(),
  totalRequests: z.number().optional(),
});
export type ListedKey = z.infer<typeof listed>;

export const fact = z.discriminatedUnion("is", [
  /** The engine refreshes: it reads every key of the state before the program runs. */
  z.object({ is: z.literal("state read") }),
  /** The state held a stack identity before this run; it was last used with this deployment. */
  z.object({ is: z.literal("identity stood"), endpoint: z.string() }),
  /** The stack's identity: as the state has it, or as this run has made it. */
  z.object({ is: z.literal("identity"), identity: z.string() }),
  /** The program runs, under these names. */
  z.object({ is: z.literal("program runs"), project: z.string(), stack: z.string() }),
  z.object({ is: z.literal("declared"), owner: z.string() }),
  /** The engine has begun to register this resource: its inputs were checked. */
  z.object({ is: z.literal("registering"), owner: z.string() }),
  /** It knows what becomes of it: the key stays, or is being made. */
  z.object({ is: z.literal("registered"), owner: z.string() }),
  z.object({ is: z.literal("shown"), key: sighting }),
  z.object({ is: z.literal("replacement"), replacement }),
  /** `diff` or `update` left the key to the program: no key that retires it revokes it. */
  z.object({ is: z.literal("kept"), keyId: z.string() }),
  z.object({ is: z.literal("made"), keyId: z.string(), owner: z.string(), retires: z.array(retired) }),
  /** `delete` let the key live for a successor still to be made: no further `delete` will come. */
  z.object({ is: z.literal("awaits successor"), keyId: z.string() }),
  /** Let go under `retain`. */
  z.object({ is: z.literal("let go"), keyId: z.string() }),
  /** The overlap of these keys was over when this run made their successor. */
  z.object({ is: z.literal("overlap over"), keyIds: z.array(z.string()) }),
  /** Live keys with this stack's mark, as one process listed them: what `diff` in another looks at, which makes no request. */
  z.object({ is: z.literal("listed"), keys: z.array(listed) }),
  /** The server's clock minus this machine's. */
  z.object({ is: z.literal("clock"), aheadMs: z.number() }),
  /** Whether a key of the state is listed at the address to which its deployment moved; `problem`: it isn't, and why. */
  z.object({ is: z.literal("looked up"), keyId: z.string(), problem: z.string().optional() }),
]);
export type Fact = z.infer<typeof fact>;

/** Where facts go and come from; absent, a process knows only what it has seen itself. */
export interface FactLog {
  append(fact: Fact): void;
  /** Facts of other processes of this engine run that came since the last call. */
  fresh(): Fact[];
}
