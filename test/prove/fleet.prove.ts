import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../emulator/index.ts";
import { type StateKey, stateKeys } from "../support/crash/verdict.ts";
import { describeWithEngine } from "../support/engine/describe.ts";
import { declaredKeys, type EngineFleet, engineFleet, type FleetRun, type Member } from "../support/engine/fleet.ts";
import { failedKeys, refusals } from "../support/engine/refusals.ts";
import { succeed } from "../support/engine/stack.ts";
import { works } from "../support/host/world.ts";
import { earlyRepeats, repeated, wiretap } from "../support/network/wiretap.ts";
import { connection, liveIds } from "../support/world.ts";

/** The fleet of test/limits/fleet.test.ts, with the real engine. It waits out the minute limit in real time: 6 minutes. */
const SIZE = { stacks: 20, keys: 10, quota: 100, atOnce: 2 };
const TOTAL = SIZE.stacks * SIZE.keys;
const DAY = 86_400_000;

describeWithEngine("a fleet on an account of 60 requests a minute and 100 creations a day", () => {
  test(`${SIZE.stacks} stacks of ${SIZE.keys} keys: the day's quota is made, the next day the rest, no key twice`, async () => {
    const startedMs = performance.now();
    const fleet = await engineFleet(SIZE);
    const { api, members } = fleet;
    try {
      const first = await fleet.upAll();
      expect(liveIds(api)).toHaveLength(SIZE.quota);
      const midnight = Math.ceil(api.now() / DAY) * DAY;
      const comeBack = await expectHonestFailures(fleet, first);
      for (const at of comeBack) {
        expect(at).toBeGreaterThanOrEqual(midnight);
        expect(at).toBeLessThan(midnight + 60_000);
      }

      // Not a moment later than the output said.
      api.advance(Math.max(...comeBack) - api.now());
      const second = await fleet.upAll();
      expect(failuresOf(second).map(({ outcome }) => outcome.output)).toEqual([]);
      await expectWhole(fleet);
      const traffic = [...first, ...second].map((run) => run.traffic);
      expect(traffic.flatMap(earlyRepeats)).toEqual([]);
      const waited = traffic.flatMap(repeated);
      expect(waited.length).toBeGreaterThanOrEqual(5);
      for (const { stack } of ends(members)) await stack.expectNoChanges();
      console.log(
        [
          `fleet on the engine: ${members.length} stacks, ${liveIds(api).length} keys, ${first.length + second.length} runs`,
          `${failuresOf(first).length} failed on day one`,
          `${api.journal().length} requests, ${waited.length} repeated after a 429, 0 early`,
          `${Math.round((performance.now() - startedMs) / 1000)} s`,
        ].join(", "),
      );
    } finally {
      await fleet.dispose();
    }
  });
});

test("control: a repeat before its time is seen", async () => {
  const api = await startEmulator({ accounts: [{ requestsPerMinute: 1 }], clock: "2026-11-20T12:00:00Z" });
  const tap = await wiretap(api.url);
  const list = () =>
    fetch(`${tap.url}/developer/keys`, { headers: { Authorization: `Bearer ${connection(api)["ZKSCORE_TOKEN"]}` } });
  try {
    for (const status of [200, 429, 429]) expect((await list()).status).toBe(status);
    expect(earlyRepeats(tap.drain())).toHaveLength(1);
  } finally {
    await tap.close();
    await api.close();
  }
});

function failuresOf(runs: readonly FleetRun[]): FleetRun[] {
  return runs.filter(({ outcome }) => outcome.code !== 0);
}

/**
 * Whoever failed says which keys are missing, why, what to do and when to come back; whoever didn't has all of its keys.
 * Returns those instants, on the account's clock.
 */
async function expectHonestFailures({ api }: EngineFleet, runs: readonly FleetRun[]): Promise<number[]> {
  const failures = failuresOf(runs);
  expect(failures.length).toBeGreaterThanOrEqual(SIZE.stacks - SIZE.quota / SIZE.keys);
  // The providers have the machine's clock, and so have the instants that they print.
  const aheadMs = api.now() - Date.now();
  const comeBack: number[] = [];
  for (const { member, outcome } of runs) {
    const missing = await missingKeys(member);
    if (outcome.code === 0) {
      expect(missing).toEqual([]);
      continue;
    }
    const said = refusals(outcome.output);
    expect(said.length, outcome.output).toBeGreaterThan(0);
    expect(said.map(({ key }) => key)).toEqual(failedKeys(outcome.output));
    expect(missing).toEqual(expect.arrayContaining(said.map(({ key }) => key)));
    for (const { code, cause, remedy, notBefore } of said) {
      expect([code, cause]).toEqual(["ZKS_QUOTA", expect.stringContaining("created in a day")]);
      expect(remedy).toContain("Run the same command again");
      comeBack.push(Date.parse(notBefore) + aheadMs);
    }
  }
  // The engine tries no further key after the first that fails: the whole list is what a preview says.
  for (const { member } of ends(failures)) {
    const { output } = await succeed(member.stack.preview());
    expect(plannedKeys(output)).toEqual(await missingKeys(member));
  }
  return comeBack;
}

function ends<T>(items: readonly T[]): T[] {
  return [...items.slice(0, 1), ...items.slice(-1)];
}

function plannedKeys(output: string): string[] {
  return [...output.matchAll(/\+ .*ApiKey (\S+) create/g)].map(([, key = ""]) => key).sort();
}

async function missingKeys({ stack }: Member): Promise<string[]> {
  const made = new Set((await stateKeys({ stack })).map(({ name }) => name));
  return declaredKeys(SIZE.keys).filter((name) => !made.has(name));
}

/** Every key exists once, in the state of its stack and on the account, and the state holds its secret. */
async function expectWhole({ api, members }: EngineFleet): Promise<void> {
  const views = new Map(api.keys().map((key) => [key.id, key]));
  const held: StateKey[] = [];
  for (const { name, stack } of members) {
    const keys = await stateKeys({ stack });
    expect(keys.map((key) => key.name).sort()).toEqual(declaredKeys(SIZE.keys));
    for (const { name: logical, keyId, apiKey, pendingDelete } of keys) {
      const view = views.get(keyId);
      expect(pendingDelete).toBe(false);
      expect([view?.metadata["pulumi:stack"], view?.metadata["pulumi:name"]]).toEqual([name, logical]);
      expect(view?.secretSha256).toBe(createHash("sha256").update(apiKey).digest("hex"));
    }
    expect(await works(api, keys[0]?.apiKey)).toBe(true);
    held.push(...keys);
  }
  expect(held).toHaveLength(TOTAL);
  expect(new Set(held.map(({ keyId }) => keyId))).toEqual(new Set(liveIds(api)));
  expectOneCreationEach(api);
}

/** Not one more was ever made, and none ended: none was made twice and cleaned up behind our back. */
function expectOneCreationEach(api: Emulator): void {
  const committed = api.journal().filter((entry) => entry.committed);
  expect(committed.map(({ operation }) => operation)).toEqual(Array.from({ length: TOTAL }, () => "create"));
  const names = api.keys().map(({ metadata }) => `${metadata["pulumi:stack"]}/${metadata["pulumi:name"]}`);
  expect(new Set(names).size).toBe(TOTAL);
}
