import type { KeyView } from "../../../emulator/index.ts";
import { AT_ONCE, type Book, isLive, type Seen } from "./book.ts";
import { effective, ignores, type Reasons, reasonsOf } from "./reasons.ts";
import { permissionsOf, type Wanted } from "./wanted.ts";

/** A declared key after a command: `id` is the one its resource has now. */
export interface Declared {
  name: string;
  wanted: Wanted;
  id: string | undefined;
}

/** A key gives way to a new one where there is a reason, and only then; and it is what the program says. */
export function judgeDeclared(
  book: Book,
  seen: Seen,
  declared: Declared,
  patches: boolean,
): { wrong: string[]; why: Reasons } {
  const { name, wanted, id } = declared;
  const { command, outcome } = seen;
  const known = book.current.get(name);
  const settles = outcome === "ok" && command.verb === "up" && (command.target ?? name) === name;
  const why: Reasons = known === undefined ? { must: [], may: [] } : reasons(book, seen, name, wanted, known, patches);
  if (id === undefined) return { why, wrong: settles ? [`${name}: declared, and not in the state`] : [] };
  const fields = known === undefined ? wanted : effective(wanted, known.made);
  const made = { ...fields, replacementTrigger: wanted.replacementTrigger };
  const view = seen.after.get(id);
  const wrong: string[] = [];
  if (known?.id === id) {
    // What is ignored by an index may stay as it was made.
    const byIndex = wanted.ignored.some((path) => path.startsWith("permissions["));
    if (byIndex && view !== undefined && permissionsOf(view) === known.made.permissions)
      made.permissions = known.made.permissions;
    if (settles && why.must.length > 0) wrong.push(`${name}: ${id} wasn't replaced, though ${why.must.join(", ")}`);
    if (settles) known.made = made;
    for (const field of ["description", "permissions"] as const) {
      const moved = JSON.stringify(seen.before.get(id)?.[field]) !== JSON.stringify(view?.[field]);
      const ignored = wanted.ignored.includes("*") || wanted.ignored.includes(field);
      if (ignored && moved) wrong.push(`${name}: ${field} of ${id} was changed, and it is ignored`);
    }
  } else {
    // A successor is made from the program alone, so an incident counts that `ignoreChanges` kept from causing it.
    if (known !== undefined && wanted.incident !== known.made.incident) book.purged.add(name);
    if (known !== undefined) wrong.push(...retire(book, seen, name, known.id, fields, why));
    book.tainted.delete(name);
    book.edits.delete(name);
    // What a new key has of what is ignored is the engine's matter.
    const asMade = wanted.ignored.length > 0 && view !== undefined;
    if (asMade) Object.assign(made, { description: view.description, permissions: permissionsOf(view) });
    book.current.set(name, { id, made });
  }
  if (settles && view !== undefined) wrong.push(...judgeFields(book, name, view, wanted, made));
  if (settles && patches) {
    const left = (book.edits.get(name) ?? []).filter(
      ({ field, seen: read }) => !read || ignores(wanted.ignored, field),
    );
    book.edits.set(name, left);
  }
  return { wrong, why };
}

function reasons(
  book: Book,
  seen: Seen,
  name: string,
  wanted: Wanted,
  { id, made }: { id: string; made: Wanted },
  patches: boolean,
): Reasons {
  const fields = effective(wanted, made);
  const view = seen.before.get(id);
  if (fields.incident !== made.incident) book.purged.add(name);
  return reasonsOf({
    ...{ fields, wanted, made, patches, refreshed: seen.refreshed },
    edits: book.edits.get(name) ?? [],
    age: seen.now - Date.parse(view?.createdAt ?? ""),
    left: Date.parse(view?.expiry ?? "") - seen.now,
    dead: !isLive(view),
    forced: book.tainted.has(name) || seen.command.replace === name,
    partnerMoved: [...fields.replacedWith, ...fields.after].some((other) => book.moved.has(other)),
  });
}

function retire(book: Book, seen: Seen, name: string, id: string, { overlapMs }: Wanted, why: Reasons): string[] {
  const { command, now, state } = seen;
  const overlap = book.purged.has(name) ? 0 : overlapMs;
  book.tally.replaced += 1;
  if (overlap > 0) book.tally.promised += 1;
  if (!book.retired.has(id)) book.retired.set(id, { name, until: overlap === 0 ? AT_ONCE : now + overlap });
  const untouched = command.target !== undefined && command.target !== name && !command.targetDependents;
  const next = state.keys.find((key) => key.name === name && !key.pendingDelete)?.keyId;
  return [
    ...(why.must.length + why.may.length === 0 ? [`${name}: ${id} was replaced by ${next} without a reason`] : []),
    ...(untouched ? [`${name}: replaced by an up --target ${command.target}`] : []),
  ];
}

function judgeFields(book: Book, name: string, view: KeyView, wanted: Wanted, made: Wanted): string[] {
  const edited = (book.edits.get(name) ?? []).filter(({ seen, field }) => !seen || ignores(wanted.ignored, field));
  const isEdited = (field: string) => edited.some((edit) => edit.field === field);
  const grants = permissionsOf(view);
  const wrong: string[] = [];
  // What is ignored by an index may be as declared or as made, and never a mixture.
  if (![wanted.permissions, made.permissions].includes(grants) && !isEdited("permissions"))
    wrong.push(`${name}: ${view.id} may ${grants}, and the program says ${wanted.permissions}`);
  const free = ignores(wanted.ignored, "description") || isEdited("description");
  if (made.description !== undefined && view.description !== made.description && !free)
    wrong.push(`${name}: ${view.id} has another description than the program says`);
  return wrong;
}
