import type { KeyView } from "../../../emulator/index.ts";
import type { Change, Command } from "./program.ts";
import { DOUBT_MS, type Edit, effective, ignores, type Reasons, reasonsOf } from "./reasons.ts";
import type { State } from "./stateFile.ts";
import { permissionsOf, type Wanted } from "./wanted.ts";

type Views = ReadonlyMap<string, KeyView>;

/** A command and what came of it. `killed` and `refused`: it got as far as it got. */
export interface Seen {
  outcome: "ok" | "refused" | "killed";
  command: Command;
  refreshed: boolean;
  wanted: ReadonlyMap<string, Wanted>;
  state: State;
  before: Views;
  after: Views;
  /** By the server's clock. */
  now: number;
}

interface Current {
  id: string;
  made: Wanted;
}

const AT_ONCE = Number.NEGATIVE_INFINITY;

/**
 * The account as it must be, by the program, the clock and what was done by hand. It shares nothing with the provider: no
 * mark, no ledger, no digest; of the state it reads which key a resource has.
 */
export class Oracle {
  readonly current = new Map<string, Current>();
  readonly tally = { replaced: 0, promised: 0, ended: 0 };
  /** Replaced and removed keys, each with the first instant that was promised for it. */
  readonly #retired = new Map<string, { name: string; until: number }>();
  readonly #retained = new Set<string>();
  readonly #byHand = new Set<string>();
  readonly #tainted = new Set<string>();
  readonly #edits = new Map<string, Edit[]>();
  /** Declared compromised, and replaced, since the last `up` that did all: names. */
  readonly #purged = new Set<string>();
  readonly #moved = new Set<string>();
  #why = new Map<string, Reasons>();

  /** The deployment changes keys in place. */
  readonly patches: boolean;

  constructor(patches: boolean) {
    this.patches = patches;
  }

  note(change: Change): void {
    if (change.change === "taint") this.#tainted.add(change.key);
    if (change.change === "revokedByHand") this.#byHand.add(this.current.get(change.key)?.id ?? "");
    if (change.change !== "drift") return;
    this.#edits.set(change.key, [...(this.#edits.get(change.key) ?? []), { field: change.field, seen: false }]);
  }

  /** What is wrong with what a command did; nothing is right. */
  judge(seen: Seen): string[] {
    const { wanted, command, state, before, outcome, after } = seen;
    const reads = (name: string) => seen.refreshed && (command.target ?? name) === name;
    for (const [name, edits] of this.#edits) if (reads(name)) for (const edit of edits) edit.seen = true;
    const ids = new Map(state.keys.flatMap((key) => (key.pendingDelete ? [] : [[key.name, key.keyId] as const])));
    for (const [name, id] of ids) if (!before.has(id)) this.#moved.add(name);
    this.#why = new Map();
    const wrong = [...wanted].flatMap(([name, one]) => this.#judgeKey(seen, ids.get(name), name, one));
    wrong.push(...this.#judgeRevoked(seen));
    if (command.verb === "refresh" && JSON.stringify([...before]) !== JSON.stringify([...after]))
      wrong.push("a refresh changed the account");
    if (outcome === "ok" && command.target === undefined && command.verb === "up") wrong.push(...this.#judgeRest(seen));
    for (const [id, { until }] of this.#retired) {
      if (isLive(after.get(id))) continue;
      if (until > AT_ONCE) this.tally.ended += 1;
      this.#retired.delete(id);
    }
    return wrong;
  }

  #judgeKey(seen: Seen, id: string | undefined, name: string, wanted: Wanted): string[] {
    const { command, outcome, after } = seen;
    const known = this.current.get(name);
    const settles = outcome === "ok" && command.verb === "up" && (command.target ?? name) === name;
    if (id === undefined) return settles ? [`${name}: declared, and not in the state`] : [];
    const fields = known === undefined ? wanted : effective(wanted, known.made);
    const { must, may } = this.#reasons(seen, name, wanted, fields, known);
    const wrong: string[] = [];
    const made = { ...fields, replacementTrigger: wanted.replacementTrigger };
    if (known?.id === id) {
      if (settles && must.length > 0) wrong.push(`${name}: ${id} wasn't replaced, though ${must.join(", ")}`);
      if (settles) known.made = made;
    } else {
      if (known !== undefined && must.length + may.length === 0)
        wrong.push(`${name}: ${known.id} was replaced by ${id} without a reason`);
      const untouched = command.target !== undefined && command.target !== name && !command.targetDependents;
      if (known !== undefined && untouched) wrong.push(`${name}: replaced by an up --target ${command.target}`);
      if (known !== undefined) this.#retire(seen, name, known.id, fields);
      this.#tainted.delete(name);
      this.#edits.delete(name);
      // What a new key has of what is ignored is the engine's matter.
      const view = wanted.ignored.length > 0 ? after.get(id) : undefined;
      if (view !== undefined) Object.assign(made, { description: view.description, permissions: permissionsOf(view) });
      this.current.set(name, { id, made });
    }
    const view = after.get(id);
    if (settles && view !== undefined) wrong.push(...this.#judgeFields(name, view, wanted, made));
    if (settles && this.patches)
      this.#edits.set(
        name,
        (this.#edits.get(name) ?? []).filter(({ field, seen: read }) => !read || ignores(wanted.ignored, field)),
      );
    return wrong;
  }

  #reasons(seen: Seen, name: string, wanted: Wanted, fields: Wanted, known: Current | undefined): Reasons {
    if (known === undefined) return { must: [], may: [] };
    const view = seen.before.get(known.id);
    const reasons = reasonsOf({
      ...{ fields, wanted, made: known.made, patches: this.patches, refreshed: seen.refreshed },
      edits: this.#edits.get(name) ?? [],
      age: seen.now - Date.parse(view?.createdAt ?? ""),
      left: Date.parse(view?.expiry ?? "") - seen.now,
      dead: !isLive(view),
      forced: this.#tainted.has(name) || seen.command.replace === name,
      partnerMoved: [...fields.replacedWith, ...fields.after].some((other) => this.#moved.has(other)),
    });
    this.#why.set(name, reasons);
    if (fields.incident !== known.made.incident) this.#purged.add(name);
    return reasons;
  }

  #retire({ now }: Seen, name: string, id: string, { overlapMs }: Wanted): void {
    const overlap = this.#purged.has(name) ? 0 : overlapMs;
    this.tally.replaced += 1;
    if (overlap > 0) this.tally.promised += 1;
    if (!this.#retired.has(id)) this.#retired.set(id, { name, until: overlap === 0 ? AT_ONCE : now + overlap });
  }

  #judgeFields(
    name: string,
    view: KeyView,
    { permissions, ignored }: Wanted,
    { description, permissions: kept }: Wanted,
  ): string[] {
    const edited = (this.#edits.get(name) ?? []).filter(({ seen, field }) => !seen || ignores(ignored, field));
    const free = (field: string) => ignores(ignored, field) || edited.some((edit) => edit.field === field);
    const grants = permissionsOf(view);
    const wrong: string[] = [];
    if (![permissions, kept].includes(grants) && !edited.some(({ field }) => field === "permissions"))
      wrong.push(`${name}: ${view.id} may ${grants}, and the program says ${permissions}`);
    if (description !== undefined && view.description !== description && !free("description"))
      wrong.push(`${name}: ${view.id} has another description than the program says`);
    return wrong;
  }

  /** No key in use ends but by its own removal, its overlap's end, or an incident. */
  #judgeRevoked({ before, after, wanted, now, outcome }: Seen): string[] {
    const owners = new Map([...this.current].map(([name, { id }]) => [id, name]));
    return [...before.values()].flatMap(({ id, status, totalRequests }) => {
      if (after.get(id)?.status !== "revoked" || status === "revoked" || totalRequests === 0) return [];
      const { name, until } = this.#retired.get(id) ?? { name: owners.get(id) ?? "", until: Number.POSITIVE_INFINITY };
      const removed =
        name !== "" && !wanted.has(name) && !this.#retained.has(id) && !this.current.get(name)?.made.retain;
      const goesFirst =
        outcome !== "ok" && wanted.get(name)?.deletesFirst && (this.#why.get(name)?.must.length ?? 0) > 0;
      const purged = this.#purged.has(name) && this.#retired.has(id);
      if (removed || goesFirst || purged || until <= now + DOUBT_MS || this.#byHand.has(id)) return [];
      const what =
        until === Number.POSITIVE_INFINITY
          ? "nothing asked for its end"
          : `was promised until ${new Date(until).toISOString()}`;
      return [`${name || "nobody's key"}: ${id}, in use, was revoked: ${what}`];
    });
  }

  /** After an `up` of everything: one live key per declared key, those within their overlap, and nothing else. */
  #judgeRest({ state, before, after, wanted, now }: Seen): string[] {
    const pending = state.keys.filter(({ pendingDelete }) => pendingDelete);
    const wrong = pending.map(({ name, keyId }) => `${name}: ${keyId} waits for its deletion`);
    for (const [name, { id, made }] of this.current) {
      if (wanted.has(name)) {
        if (after.get(id)?.status !== "active") wrong.push(`${name}: ${id} of the state isn't active`);
        continue;
      }
      this.#retired.set(id, { name, until: AT_ONCE });
      for (const [old, { name: owner }] of this.#retired)
        if (owner === name && (made.retain || made.skipsDelete)) this.#retained.add(old);
      this.current.delete(name);
      this.#edits.delete(name);
    }
    for (const [id, { name, until }] of this.#retired) {
      const over = until < now - DOUBT_MS || this.#purged.has(name) || !wanted.has(name);
      const kept = this.#retained.has(id) || wanted.get(name)?.skipsDelete;
      if (isLive(after.get(id)) && over && !kept) wrong.push(`${name}: ${id} lives on, and should have ended`);
    }
    const known = new Set([
      ...[...this.current.values()].map(({ id }) => id),
      ...this.#retired.keys(),
      ...this.#retained,
    ]);
    for (const view of after.values()) {
      const foreign = before.has(view.id) && view.metadata["pulumi:name"] === undefined;
      if (isLive(view) && !known.has(view.id) && !foreign)
        wrong.push(`${view.id} ("${view.name}") lives and is nobody's`);
    }
    this.#purged.clear();
    this.#moved.clear();
    return wrong;
  }

  /** Declared compromised, and not yet done. */
  isCompromised(name: string): boolean {
    return this.#purged.has(name);
  }

  /** Keys that may outlive `destroy`: retained, and those whose `delete` the engine was told to leave out. */
  outlasting(): Set<string> {
    const spared = [...this.current].filter(([, { made }]) => made.retain || made.skipsDelete);
    const old = [...this.#retired].filter(([, { name }]) => spared.some(([other]) => other === name));
    return new Set([...this.#retained, ...spared.map(([, { id }]) => id), ...old.map(([id]) => id)]);
  }
}

export function isLive(view: KeyView | undefined): boolean {
  return view?.status === "active" || view?.status === "inactive";
}
