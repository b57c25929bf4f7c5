import { describe, expect, test } from "vitest";
import type { Listing } from "../../provider/api/types.ts";
import type { Retired } from "../../provider/domain/inputs.ts";
import { createStackView, type StackView } from "../../provider/stack/view.ts";
import { ownershipOf } from "../support/ownership.ts";
import { whole } from "../support/share.ts";
import { disagreements } from "../support/standing/agrees.ts";
import { listedKey, listingOf, product, stateOfKey, USED } from "../support/standing/worldOfKeys.ts";

/** `npm test` takes one row in 13: no field has 13 values, so all of each are among them. */
const STEP = whole ? 1 : 13;
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
  succeeds: ["nothing", "a key of a", "a key that is gone"],
} as const;
type Known = ReturnType<typeof product<typeof KNOWN>> extends Generator<infer Row> ? Row : never;

function worldOf(known: Known): { listing: Listing; view: StackView } {
  const view = createStackView();
  if (known.identity !== "unknown") view.identified("ours");
  if (known.stateIsRead) view.stateRead();
  if (known.state !== "absent") view.showed(stateOfKey("K", known.state === "held by a" ? A : B));
  if (known.made) view.made(stateOfKey("K", A), []);
  const retiredBy = known.retired === "by b" ? B : A;
  if (known.retired.startsWith("by") && known.retired !== "by a, made now")
    view.showed(stateOfKey("H", retiredBy, { previous: RETIRES_K }));
  if (known.retired === "by a, made now") view.made(stateOfKey("H", A), RETIRES_K);
  if (known.retired === "to be deleted at once") view.showed(stateOfKey("H", A, { retires: RETIRES_K }));
  if (known.letGo) view.letGo("K");
  if (known.succeeds === "a key of a") view.showed(stateOfKey("P", A));
  const names = known.names === "these" ? {} : { stack: "copy" };
  const identity = known.identity === "the mark's is foreign" ? "other" : "ours";
  const mark = known.mark === "none" ? undefined : { ...(known.mark === "a" ? A : B), ...names, identity };
  const succeeds = known.succeeds === "nothing" ? {} : { retires: [{ keyId: "P", revokeAfter: UNTIL }] };
  const keys = [
    listedKey("K", mark, { ...(known.used ? USED : {}), keep: known.keep, ...succeeds }),
    ...(known.retired === "no" || known.retired === "planned"
      ? []
      : [listedKey("H", retiredBy, { status: known.retired === "by a, revoked" ? "revoked" : "active" })]),
    ...(known.successorByMark ? [listedKey("S", A, { ...USED, retires: RETIRES_K })] : []),
  ];
  return { listing: listingOf(keys), view };
}

describe("the one classification answers what the six predicates before it did", () => {
  test("over the product of all that they knew", () => {
    let rows = 0;
    let answers = 0;
    const wrong: unknown[] = [];
    let row = 0;
    for (const known of product(KNOWN)) {
      if (row++ % STEP !== 0) continue;
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
    expect(rows).toBe(Math.ceil(145_152 / STEP));
  });
});
