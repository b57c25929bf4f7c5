import { AT_ONCE, type Book, isLive, type Seen } from "./book.ts";
import { DOUBT_MS, type Reasons } from "./reasons.ts";
import type { Wanted } from "./wanted.ts";

/** No key in use ends but by its own removal, its overlap's end, or an incident. */
export function judgeRevoked(book: Book, seen: Seen, why: ReadonlyMap<string, Reasons>): string[] {
  const { before, after, wanted, now, outcome } = seen;
  const owners = new Map([...book.current].map(([name, { id }]) => [id, name]));
  const partners = (one: Wanted | undefined) => [...(one?.after ?? []), ...(one?.replacedWith ?? [])];
  /** Its key went first, too, and the run failed before there was another. */
  const went = (name: string) => {
    const id = book.current.get(name)?.id ?? "";
    return isLive(before.get(id)) && after.get(id)?.status === "revoked";
  };
  return [...before.values()].flatMap(({ id, status, totalRequests }) => {
    if (after.get(id)?.status !== "revoked" || status === "revoked" || totalRequests === 0) return [];
    const nothing = { name: owners.get(id) ?? "", until: Number.POSITIVE_INFINITY };
    const { name, until } = book.retired.get(id) ?? nothing;
    const kept = book.retained.has(id) || book.current.get(name)?.made.retain;
    const removed = name !== "" && !wanted.has(name) && !kept;
    const forced = (why.get(name)?.must.length ?? 0) > 0 || partners(wanted.get(name)).some((other) => went(other));
    const goesFirst = outcome !== "ok" && wanted.get(name)?.deletesFirst && forced;
    const purged = book.purged.has(name) && book.retired.has(id);
    if (removed || goesFirst || purged || until <= now + DOUBT_MS || book.byHand.has(id)) return [];
    const promised =
      until === Number.POSITIVE_INFINITY
        ? "nothing asked for its end"
        : `it was promised until ${new Date(until).toISOString()}`;
    return [`${name || "nobody's key"}: ${id}, in use, was revoked: ${promised}`];
  });
}

/** After an `up` of everything: one live key per declared key, those within their overlap, and nothing else. */
export function judgeRest(book: Book, { state, before, after, wanted, now, refreshed, said }: Seen): string[] {
  const pending = state.keys.filter(({ pendingDelete }) => pendingDelete);
  const wrong = pending.map(({ name, keyId }) => `${name}: ${keyId} waits for its deletion`);
  for (const [name, { id }] of book.current) {
    if (!wanted.has(name)) remove(book, name);
    // A run that reads nothing can't see what somebody has revoked.
    else if (after.get(id)?.status !== "active" && (refreshed || !book.byHand.has(id)))
      wrong.push(`${name}: ${id} of the state isn't active`);
  }
  for (const [id, { name, until }] of book.retired) {
    const over = until < now - DOUBT_MS || book.purged.has(name) || !wanted.has(name);
    const kept = book.retained.has(id) || wanted.get(name)?.skipsDelete;
    if (isLive(after.get(id)) && over && !kept) wrong.push(`${name}: ${id} lives on, and should have ended`);
  }
  const current = [...book.current.values()].map(({ id }) => id);
  const known = new Set([...current, ...book.retired.keys(), ...book.retained]);
  for (const view of after.values()) {
    const foreign = before.has(view.id) && view.metadata["pulumi:name"] === undefined;
    // Of a run that was cut off, and not to be told from one that was let go: it is named, and left to people.
    const cutOff = view.metadata["pulumi:keep"] !== undefined && view.totalRequests === 0 && said.includes(view.id);
    if (cutOff) for (const ids of [book.retained, known]) ids.add(view.id);
    if (isLive(view) && !known.has(view.id) && !foreign)
      wrong.push(`${view.id} ("${view.name}") lives and is nobody's`);
  }
  book.purged.clear();
  book.moved.clear();
  return wrong;
}

/** A key left the program: it ends, with those in their overlap, or it lives on, with those. */
function remove(book: Book, name: string): void {
  const gone = book.current.get(name);
  if (gone === undefined) return;
  book.retired.set(gone.id, { name, until: AT_ONCE });
  const lives = gone.made.retain || gone.made.skipsDelete;
  for (const [id, { name: owner }] of book.retired) if (owner === name && lives) book.retained.add(id);
  book.current.delete(name);
  book.edits.delete(name);
}

/** Keys that may outlive `destroy`: retained, and those whose `delete` the engine was told to leave out. */
export function outlasting(book: Book): Set<string> {
  const spared = [...book.current].filter(([, { made }]) => made.retain || made.skipsDelete);
  const old = [...book.retired].filter(([, { name }]) => spared.some(([other]) => other === name));
  return new Set([...book.retained, ...spared.map(([, { id }]) => id), ...old.map(([id]) => id)]);
}
