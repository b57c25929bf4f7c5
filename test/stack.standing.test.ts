import { describe, expect, test } from "vitest";
import type { Listing, RemoteKey } from "../provider/api/types.ts";
import type { KeyState, Ownership, Retired } from "../provider/domain/inputs.ts";
import { encodeMarker } from "../provider/domain/marker.ts";
import { createStackView, type StackView } from "../provider/stack/view.ts";
import { ownershipOf } from "./support/ownership.ts";
import { disagreements } from "./support/standingAgrees.ts";

const NAMES = { project: "proj", stack: "dev" };
const A = ownershipOf("ours");
const B = ownershipOf("ours", { name: "b" });
const UNTIL = "2026-11-21T12:00:00Z";
const RETIRES_K: Retired[] = [{ keyId: "K", revokeAfter: UNTIL }];

/** All that a classification may know of key K. H is a key whose state, or creation, may retire it; S one with K's owner that stays. */
const KNOWN = {
  state: ["absent", "held by a", "held by b"],
  made: [false, true],
  retired: ["no", "by a", "by a, revoked", "by b", "by a, made now", "planned", "to be deleted at once"],
  used: [false, true],
  keep: [false, true],
  letGo: [false, true],
  stateIsRead: [false, true],
  names: ["these", "others"],
  copied: [false, true],
  identity: ["known", "unknown", "the mark's is foreign"],
  mark: ["a", "b", "none"],
  successorByMark: [false, true],
} as const;
type Known = { [F in keyof typeof KNOWN]: (typeof KNOWN)[F][number] };

function* product(): Generator<Known> {
  const fields = Object.entries(KNOWN);
  const sizes = fields.map(([, values]) => values.length);
  const total = sizes.reduce((all, size) => all * size, 1);
  for (let row = 0; row < total; row++) {
    let rest = row;
    const chosen = fields.map(([field, values]) => {
      const value = values[rest % values.length];
      rest = Math.floor(rest / values.length);
      return [field, value];
    });
    yield Object.fromEntries(chosen) as Known; // one value of each field
  }
}

function keyOf(
  id: string,
  ownership: Ownership | undefined,
  about: Partial<RemoteKey> = {},
  retires: Retired[] = [],
  keep = false,
): RemoteKey {
  const marker = ownership === undefined ? {} : encodeMarker({ ...ownership, attempt: "00000000", retires, keep });
  return {
    id,
    name: id,
    status: "active",
    permissions: [],
    createdAt: "2026-11-20T12:00:00Z",
    metadata: marker,
    usage: { totalRequests: 0 },
    ...about,
  };
}

function stateOf(
  keyId: string,
  ownership: Ownership,
  lists: Partial<Pick<KeyState, "previous" | "retires">> = {},
): KeyState {
  const state = { keyId, ownership, endpoint: "e", previous: [], fingerprint: "f", status: "active", ...lists };
  return state as unknown as KeyState; // what a view looks at
}

function worldOf(known: Known): { listing: Listing; view: StackView } {
  const view = createStackView();
  if (known.identity !== "unknown") view.identified("ours");
  if (known.stateIsRead) view.stateRead();
  if (known.state !== "absent") view.showed(stateOf("K", known.state === "held by a" ? A : B));
  if (known.made) view.made(stateOf("K", A), []);
  const retiredBy = known.retired === "by b" ? B : A;
  if (known.retired.startsWith("by") && known.retired !== "by a, made now")
    view.showed(stateOf("H", retiredBy, { previous: RETIRES_K }));
  if (known.retired === "by a, made now") view.made(stateOf("H", A), RETIRES_K);
  if (known.retired === "to be deleted at once") view.showed(stateOf("H", A, { retires: RETIRES_K }));
  if (known.letGo) view.letGo("K");
  const names = known.names === "these" ? {} : { stack: "copy" };
  const identity = known.identity === "the mark's is foreign" ? "other" : "ours";
  const mark = known.mark === "none" ? undefined : { ...(known.mark === "a" ? A : B), ...names, identity };
  const used = known.used ? { lastUsed: UNTIL, usage: { totalRequests: 3 } } : {};
  const keys = [
    keyOf("K", mark, used, [], known.keep),
    ...(known.retired === "no" || known.retired === "planned"
      ? []
      : [keyOf("H", retiredBy, { status: known.retired === "by a, revoked" ? "revoked" : "active" })]),
    ...(known.successorByMark ? [keyOf("S", A, { lastUsed: UNTIL }, RETIRES_K)] : []),
  ];
  const listing = { keys: new Map(keys.map((key) => [key.id, key])), serverTime: 0, fetchedAt: 0, complete: true };
  return { listing, view };
}

describe("the one classification answers what the six predicates before it did", () => {
  test("over the product of all that they knew", () => {
    let rows = 0;
    let answers = 0;
    const wrong: unknown[] = [];
    for (const known of product()) {
      const { listing, view } = worldOf(known);
      const found = disagreements(listing, view, {
        owners: [A.owner, B.owner],
        identity: "ours",
        names: NAMES,
        copied: known.copied,
        planned: known.retired === "planned" ? [{ keyId: "K" }] : [],
      });
      rows += 1;
      answers += found.answers;
      if (found.wrong.length > 0 && wrong.length < 5) wrong.push({ known, wrong: found.wrong });
    }
    console.log(`${rows} rows, ${answers} answers compared`);
    expect(wrong).toEqual([]);
    expect(rows).toBeGreaterThan(40_000);
  });
});
