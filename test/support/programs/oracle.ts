import { AT_ONCE, isLive, newBook, type Seen } from "./book.ts";
import { judgeRest, judgeRevoked } from "./ended.ts";
import { judgeDeclared } from "./replaced.ts";

/**
 * The account as it must be, by the program, the clock and what was done by hand. It shares nothing with the provider: no
 * mark, no ledger, no digest; of the state it reads which key a resource has. `patches`: the deployment changes keys in place.
 */
export function newOracle(patches: boolean) {
  const book = newBook();
  /** What is wrong with what a command did; nothing is right. */
  const judge = (seen: Seen): string[] => {
    const { wanted, command, state, before, outcome, after } = seen;
    const reads = (name: string) => seen.refreshed && (command.target ?? name) === name;
    for (const [name, edits] of book.edits) if (reads(name)) for (const edit of edits) edit.seen = true;
    const ids = new Map(state.keys.flatMap((key) => (key.pendingDelete ? [] : [[key.name, key.keyId] as const])));
    for (const [name, id] of ids) if (!before.has(id)) book.moved.add(name);
    const judged = [...wanted].map(([name, one]) => {
      return { name, ...judgeDeclared(book, seen, { name, wanted: one, id: ids.get(name) }, patches) };
    });
    const wrong = judged.flatMap((one) => one.wrong);
    wrong.push(...judgeRevoked(book, seen, new Map(judged.map(({ name, why }) => [name, why]))));
    if (outcome === "refused") wrong.push(...leftBehind(seen));
    const changed = JSON.stringify([...before]) !== JSON.stringify([...after]);
    if (command.verb === "refresh" && changed) wrong.push("a refresh changed the account");
    if (outcome === "ok" && command.target === undefined && command.verb === "up") wrong.push(...judgeRest(book, seen));
    // Its incident is over, also in a run for that key alone.
    if (outcome === "ok" && command.verb === "up" && command.target !== undefined) book.purged.delete(command.target);
    for (const [id, { until }] of book.retired) {
      if (isLive(after.get(id))) continue;
      if (until > AT_ONCE) book.tally.ended += 1;
      book.retired.delete(id);
    }
    return wrong;
  };
  return { book, judge };
}

/** A command that ends by itself, well or not, leaves no key that the state doesn't know. */
function leftBehind({ before, after, state }: Seen): string[] {
  const known = new Set(state.keys.map(({ keyId }) => keyId));
  const made = [...after.values()].filter((view) => isLive(view) && !before.has(view.id) && !known.has(view.id));
  return made.map(({ id, name }) => `${id} ("${name}") was made, and is in no state`);
}
