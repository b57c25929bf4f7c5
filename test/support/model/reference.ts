import { durationMs } from "../../../provider/domain/duration.ts";
import type { Fields } from "../host/handlers.ts";
import type { Entry, Program } from "./engine.ts";
import { NAMES, type Op } from "./sequence.ts";

interface Wanted {
  declared: boolean;
  actions: string[];
  overlap: string;
  trigger: number;
  /** 0: not declared. */
  compromised: number;
}

const DAY = 86_400_000;

interface Current {
  id: string;
  /** What it was made from. */
  made: string;
  compromised: number;
  /** Epoch ms. */
  born: number;
}

/**
 * What the account must look like after any `up` that succeeded: one key per name, new only for a reason, and its
 * predecessors until their instant. All it knows is the program, the clock, and what was done by hand.
 */
export class Reference {
  readonly #wanted = new Map<string, Wanted>(
    NAMES.map((name) => [name, { declared: true, actions: ["read"], overlap: "1d", trigger: 0, compromised: 0 }]),
  );
  /** The key each name had after the last `up` that succeeded. */
  readonly #current = new Map<string, Current>();
  /** Keys that must live at least until `from` and end with the first `up` after `to`. */
  readonly #retired = new Map<string, { name: string; from: number; to: number }>();
  readonly #dead = new Set<string>();
  /** Runs since the last success: any of them may have replaced a key, with the overlap of its time. */
  #attempts: { at: number; overlap: Map<string, number> }[] = [];
  #disturbed = false;
  #forced = new Set<string>();
  /** Names that a run since the last success was told are compromised: it ends every key of theirs but the new one. */
  readonly #purged = new Set<string>();

  program(): Program {
    const declared = [...this.#wanted].filter(([, wanted]) => wanted.declared);
    return { keys: Object.fromEntries(declared.map(([name, wanted]) => [name, args(wanted)])) };
  }

  edit(op: Op): void {
    if (!("key" in op)) return;
    const wanted = this.#of(op.key);
    if (op.op === "toggle") wanted.declared = !wanted.declared;
    if (op.op === "trigger") wanted.trigger += 1;
    if (op.op === "compromised") wanted.compromised += 1;
    if (op.op === "permissions") wanted.actions = op.actions;
    if (op.op === "overlap") wanted.overlap = op.overlap;
  }

  attempt(at: number): void {
    for (const [name, { declared, compromised }] of this.#wanted) {
      const before = this.#current.get(name);
      if (declared && before !== undefined && before.compromised !== compromised) this.#purged.add(name);
    }
    for (const entry of this.#retired.values()) if (this.#purged.has(entry.name)) entry.from = Math.min(entry.from, at);
    const overlapOf = (name: string, text: string) => (this.#purged.has(name) ? 0 : (durationMs(text) ?? 0));
    const overlap = new Map([...this.#wanted].map(([name, wanted]) => [name, overlapOf(name, wanted.overlap)]));
    this.#attempts.push({ at, overlap });
  }

  forced(names: readonly string[]): void {
    for (const name of names) this.#forced.add(name);
  }

  /** An `up` was cut off. What it put into the state counts: a key it made is what the next one goes on from. */
  failed(entries: readonly Entry[], live: ReadonlySet<string>, now: number): void {
    this.#disturbed = true;
    this.#endedBy((name) => !this.#of(name).declared || this.#purged.has(name), live);
    for (const entry of entries) {
      if (entry.kind !== "key" || entry.deleted === true || entry.awaited === true) continue;
      const before = this.#current.get(entry.name);
      if (before?.id === entry.id) continue;
      if (before !== undefined) this.#retire(entry.name, before.id);
      this.#current.set(entry.name, current(entry.id, this.#of(entry.name), now));
      this.#purged.delete(entry.name); // a create that is in the state had ended them
    }
  }

  goneByHand(id: string): void {
    this.#dead.add(id);
  }

  destroyed(): void {
    this.#current.clear();
    this.#retired.clear();
    this.#attempts = [];
  }

  /** A destroy was cut off: the next `up` makes again what it ended. */
  halfDestroyed(live: ReadonlySet<string>): void {
    this.#endedBy(() => true, live);
    this.#disturbed = true;
  }

  someRetired(): string | undefined {
    return this.#retired.keys().next().value;
  }

  /** Compares the state and the account after an `up` that succeeded at `now` with what must be. */
  confirm(entries: readonly Entry[], live: ReadonlySet<string>, now: number): { replaced: number; retired: number } {
    let replaced = 0;
    const allowed = new Set<string>();
    const keys = entries.filter((entry) => entry.kind === "key");
    for (const [name, wanted] of this.#wanted) {
      const own = keys.filter((entry) => entry.name === name);
      if (own.length !== (wanted.declared ? 1 : 0)) throw new Error(`${name}: ${own.length} resources in the state`);
      const [entry] = own;
      const before = this.#current.get(name);
      if (entry === undefined) this.#removed(name);
      else {
        if (!live.has(entry.id)) throw new Error(`${name}: ${entry.id} of the state isn't live`);
        allowed.add(entry.id);
        if (before?.id !== entry.id) {
          if (before !== undefined) replaced += this.#replaced(name, before, wanted, now);
          this.#current.set(name, current(entry.id, wanted, now));
        } else if (!this.#disturbed && this.#mustReplace(name, before, wanted, now)) {
          throw new Error(`${name}: ${entry.id} should have been replaced`);
        } else before.made = made(wanted);
      }
    }
    this.#endRetired(live, allowed, now);
    const left = [...live].filter((id) => !allowed.has(id));
    if (left.length > 0) throw new Error(`live, and neither declared nor within an overlap: ${left.join(", ")}`);
    this.#attempts = [];
    this.#forced.clear();
    this.#purged.clear();
    this.#disturbed = false;
    return { replaced, retired: this.#retired.size };
  }

  #endRetired(live: ReadonlySet<string>, allowed: Set<string>, now: number): void {
    for (const [id, { from, to, name }] of this.#retired) {
      if (now < from && !live.has(id) && !this.#dead.has(id))
        throw new Error(`${name}: ${id} ended before its overlap`);
      if (now >= to && live.has(id)) throw new Error(`${name}: ${id} lives past its overlap`);
      if (this.#purged.has(name) && live.has(id))
        throw new Error(`${name}: ${id} lives, and its successor is compromised`);
      if (live.has(id)) allowed.add(id);
      else this.#retired.delete(id);
    }
  }

  #replaced(name: string, before: Current, wanted: Wanted, now: number): number {
    if (!this.#disturbed && !this.#mustReplace(name, before, wanted, now))
      throw new Error(`${name}: replaced without a reason`);
    this.#retire(name, before.id);
    return 1;
  }

  #retire(name: string, id: string): void {
    const ends = this.#attempts.map(({ at, overlap }) => at + (overlap.get(name) ?? 0));
    // Instants are whole seconds, rounded up.
    this.#retired.set(id, { name, from: Math.min(...ends), to: Math.max(...ends) + 1000 });
  }

  /** A run that was to remove these names may have got that far. */
  #endedBy(removes: (name: string) => boolean, live: ReadonlySet<string>): void {
    for (const [name, { id }] of this.#current) if (removes(name) && !live.has(id)) this.#dead.add(id);
    for (const [id, { name }] of this.#retired) if (removes(name) && !live.has(id)) this.#dead.add(id);
  }

  #removed(name: string): void {
    this.#current.delete(name);
    for (const [id, entry] of this.#retired) if (entry.name === name) this.#retired.delete(id);
  }

  #mustReplace(name: string, before: Current, wanted: Wanted, now: number): boolean {
    const due = now >= before.born + 30 * DAY;
    return before.made !== made(wanted) || due || this.#dead.has(before.id) || this.#forced.has(name);
  }

  #of(name: string): Wanted {
    const wanted = this.#wanted.get(name);
    if (wanted === undefined) throw new Error(`no key ${name}`);
    return wanted;
  }
}

function args({ actions, overlap, trigger, compromised }: Wanted): Fields {
  const incident = compromised === 0 ? {} : { compromised };
  return { permissions: [{ resource: "scores", actions }], rotation: { every: "30d", overlap, trigger, ...incident } };
}

function current(id: string, wanted: Wanted, born: number): Current {
  return { id, made: made(wanted), compromised: wanted.compromised, born };
}

/** What makes a new key where it differs. */
function made({ actions, trigger, compromised }: Wanted): string {
  return JSON.stringify([actions, trigger, compromised]);
}
