import { expect, test } from "vitest";
import type { KeyView } from "../../emulator/index.ts";
import { packageRoot } from "../../tools/root.ts";
import type { Seen } from "../support/programs/book.ts";
import { generate } from "../support/programs/generate.ts";
import { newOracle } from "../support/programs/oracle.ts";
import type { Case, KeyDecl, Program } from "../support/programs/program.ts";
import { staleEdits } from "../support/programs/sabotage.ts";
import { shrink } from "../support/programs/shrink.ts";
import { add, countProgram, type Tally } from "../support/programs/tally.ts";
import { wantedOf } from "../support/programs/wanted.ts";

const HOUR = 3_600_000;
const START = Date.parse("2026-11-20T12:00:00Z");
const KEY: KeyDecl = {
  ...{ name: "k0", place: "root", actions: ["read"], overlap: "1d", trigger: 0, incident: 0 },
  ...{ dependents: [], options: {} },
};

function view(id: string, status: KeyView["status"] = "active", totalRequests = 1): KeyView {
  const permissions: KeyView["permissions"] = [{ resource: "scores", actions: ["read"] }];
  const metadata = { "pulumi:name": "k0" };
  return {
    ...{ id, account: 0, name: id, description: undefined, permissions, rateLimit: undefined, webhooks: [] },
    ...{ metadata, status, createdAt: new Date(START).toISOString(), expiry: undefined, revokedAt: null },
    ...{ lastUsed: null, totalRequests, secretSha256: "" },
  };
}

/** An `up` of a stack whose state holds this key, from these keys of the account to those. */
function up(keys: KeyDecl[], id: string, before: KeyView[], after: KeyView[], more: Partial<Seen> = {}): Seen {
  const program: Program = { keys };
  const stateKeys = keys.map(({ name }) => ({ name, urn: "", keyId: id, secret: "", pendingDelete: false }));
  const map = (views: KeyView[]) => new Map(views.map((one) => [one.id, one]));
  return {
    ...{ outcome: "ok", command: { verb: "up" }, refreshed: true, now: START },
    said: "",
    wanted: wantedOf(program, String, () => undefined),
    state: { keys: stateKeys, deployed: new Map(), text: "" },
    ...{ before: map(before), after: map(after) },
    ...more,
  };
}

function started(key = KEY) {
  const oracle = newOracle(false);
  expect(oracle.judge(up([key], "A", [], [view("A")]))).toEqual([]);
  return oracle;
}

const ROTATED = { ...KEY, trigger: 1 };

test("a key that is replaced for nothing is seen", () => {
  const wrong = started().judge(up([KEY], "B", [view("A")], [view("A"), view("B")]));
  expect(wrong).toEqual(["k0: A was replaced by B without a reason"]);
});

test("a key that isn't replaced although it must be is seen", () => {
  const wrong = started().judge(up([ROTATED], "A", [view("A")], [view("A")]));
  expect(wrong).toEqual(["k0: A wasn't replaced, though its trigger changed"]);
});

test("the end of a key in use is seen before its overlap is over, and its life after it", () => {
  const rotated = () => {
    const oracle = started();
    expect(oracle.judge(up([ROTATED], "B", [view("A")], [view("A"), view("B")]))).toEqual([]);
    return oracle;
  };
  const both = [view("A"), view("B")];
  const ended = [view("A", "revoked"), view("B")];
  const at = (hours: number) => ({ now: START + hours * HOUR });
  expect(rotated().judge(up([ROTATED], "B", both, ended, at(23)))).toEqual([
    "k0: A, in use, was revoked: it was promised until 2026-11-21T12:00:00.000Z",
  ]);
  expect(rotated().judge(up([ROTATED], "B", both, ended, at(25)))).toEqual([]);
  expect(rotated().judge(up([ROTATED], "B", both, both, at(23)))).toEqual([]);
  expect(rotated().judge(up([ROTATED], "B", both, both, at(25)))).toEqual(["k0: A lives on, and should have ended"]);
});

test("an incident, a removal and a hand may end a key; a refresh may change nothing", () => {
  const ended = [view("A", "revoked"), view("B")];
  expect(started().judge(up([{ ...KEY, incident: 1 }], "B", [view("A")], ended))).toEqual([]);
  expect(started().judge(up([], "", [view("A")], [view("A", "revoked")]))).toEqual([]);
  expect(started().judge(up([KEY], "A", [view("A")], [view("A", "revoked")]))).toContain(
    "k0: A, in use, was revoked: nothing asked for its end",
  );
  const refresh = { command: { verb: "refresh" } } as const;
  expect(started().judge(up([KEY], "A", [view("A")], [view("A"), view("B")], refresh))).toEqual([
    "a refresh changed the account",
  ]);
});

test("a key that is nobody's, and one that a failed command leaves behind, are seen", () => {
  const extra = [view("A"), view("C")];
  expect(started().judge(up([KEY], "A", [view("A")], extra))).toEqual([`C ("C") lives and is nobody's`]);
  expect(started().judge(up([KEY], "A", [view("A")], extra, { outcome: "refused" }))).toEqual([
    `C ("C") was made, and is in no state`,
  ]);
});

test("shrinking leaves what is needed, within its trials", async () => {
  const first = generate(1, 3);
  const needed = (it: Case) => it.program.keys.some(({ name }) => name === "k0") && it.history.length > 0;
  const { smallest, tried } = await shrink(first, async (it) => needed(it), 200);
  expect(smallest.program.keys).toHaveLength(1);
  expect(smallest.history).toEqual([{ changes: [], command: { verb: "up" }, preview: false }]);
  expect(tried).toBeLessThanOrEqual(200);
});

test("the same seed gives the same case, and 300 hold every kind of program, option and change", () => {
  expect(generate(7, 1)).toEqual(generate(7, 1));
  const tally: Tally = {};
  for (let number = 0; number < 300; number += 1) {
    const it = generate(11, number);
    countProgram(tally, it);
    for (const { changes, command } of it.history) {
      for (const { change } of changes) add(tally, `change: ${change}`);
      for (const flag of Object.keys(command)) add(tally, `flag: ${flag}`);
    }
  }
  expect(Object.keys(tally).length).toBeGreaterThan(70);
  expect(Math.min(...Object.values(tally))).toBeGreaterThan(2);
});

test("each sabotage finds the mend that it takes out", () => {
  expect(staleEdits(packageRoot)).toEqual([]);
});
