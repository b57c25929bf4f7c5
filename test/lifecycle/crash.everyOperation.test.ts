import { beforeAll, expect, test } from "vitest";
import { cellProof } from "../support/crash/cell.ts";
import { CONTROLS } from "../support/crash/controls.ts";
import {
  AFTERS,
  type Cell,
  type CrashAfter,
  type CrashKind,
  type CrashOperation,
  type CrashPhase,
  cellName,
  impossible,
  KINDS,
  OPERATIONS,
  PHASES,
} from "../support/crash/matrix.ts";
import { type Result, runProofs } from "../support/crash/run.ts";
import { record } from "../support/crash/world.ts";
import { describeWithEngine } from "../support/engine/describe.ts";
import { share } from "../support/share.ts";

/**
 * A share of `npm run prove:crash`: every operation, moment, kind and sequel, with few cells. The first of them, which
 * `npm test` runs, have every moment, kind and sequel.
 */
const SHARE: [CrashOperation, CrashPhase, CrashKind, CrashAfter][] = [
  ["create", "beforeCommit", "engine", "destroy"],
  ["update", "inBody", "socket", "reverted"],
  ["replace", "afterAnswer", "throw", "destroy"],
  ["rotate", "beforeState", "both", "removed"],
  ["delete", "afterCommit", "provider", "reverted"],
  ["adopt", "beforeSend", "engine", "same"],
  ["create", "afterCommit", "both", "same"],
  ["retire", "afterCommit", "engine", "destroy"],
  ["refresh", "inBody", "throw", "destroy"],
  ["adoptLost", "afterAnswer", "engine", "destroy"],
];
const cells = SHARE.map(([operation, phase, kind, after]): Cell => ({ operation, phase, kind, after }));
const first = cells.slice(0, 6);
const proofs = [
  ...share("crashes", cells, (cell) => first.includes(cell)).map(cellProof),
  ...CONTROLS.filter(({ name }) => name.includes("left after destroy")),
];

test("the share has every operation, moment, kind and sequel, and only cells that can occur", () => {
  expect(new Set(cells.map(({ operation }) => operation))).toEqual(new Set(OPERATIONS));
  for (const some of [cells, first]) {
    expect(new Set(some.map(({ phase }) => phase))).toEqual(new Set(PHASES));
    expect(new Set(some.map(({ kind }) => kind))).toEqual(new Set(KINDS));
    expect(new Set(some.map(({ after }) => after))).toEqual(new Set(AFTERS));
  }
  expect(cells.filter((cell) => impossible(cell) !== undefined).map(cellName)).toEqual([]);
  expect(proofs.length).toBeGreaterThanOrEqual(7);
});

describeWithEngine("after a crash", () => {
  const results = new Map<string, Result>();

  beforeAll(async () => {
    const recording = await record();
    try {
      for (const result of await runProofs(recording, proofs, 2, () => {})) results.set(result.name, result);
    } finally {
      recording.dispose();
    }
  });

  test.each(proofs.map(({ name }) => name))("%s: one live key per declared key, none after destroy", (name) => {
    const { wrong, story } = results.get(name) ?? { wrong: ["it did not run"], story: "" };
    expect(wrong, story).toEqual([]);
  });
});
