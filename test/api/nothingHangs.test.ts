import { afterAll, describe, expect, it } from "vitest";
import { EVERY_OPERATION, failureOf, testClient } from "../support/api/client.ts";
import { FAULTS } from "../support/api/faults.ts";
import { rawServer } from "../support/network/rawServer.ts";

const DEADLINE_MS = 240;
/** For a busy machine: the assertion is "bounded by its deadline", not "fast". */
const SLACK_MS = 1_500;

const cells: string[] = [];

describe.each(Object.entries(FAULTS))("%s", (faultName, fault) => {
  it.each(Object.entries(EVERY_OPERATION))("%s ends before its deadline with a typed error", async (name, operate) => {
    const server = await rawServer(fault);
    const baseUrl = {
      refused: "http://127.0.0.1:1/v1",
      "unknown-host": "https://zkscore.invalid/v1",
      here: `${fault.scheme ?? "http"}://127.0.0.1:${server.port}/v1`,
    }[fault.elsewhere ?? "here"];
    const before = handles();
    const client = testClient(baseUrl, { deadlineMs: DEADLINE_MS });
    const started = performance.now();

    const error = await failureOf(operate(client));

    expect(performance.now() - started).toBeLessThan(DEADLINE_MS + SLACK_MS);
    expect(error.code).toMatch(/^ZKS_/);
    expect(error.why).not.toBe("");
    expect(error.remedy).not.toBe("");
    expect(error.cause).toBeUndefined();
    expect(server.received.length).toBeLessThanOrEqual(3);
    if (name === "create" && fault.unsent !== true) expect(server.received.length).toBe(1);
    await client.close();
    await server.close();
    await settled(before);
    cells.push(`${faultName} x ${name}`);
  });
});

it("finds a handle that stays open (control)", async () => {
  const before = handles();
  const timer = setTimeout(() => undefined, 60_000);
  expect(handles()).toBeGreaterThan(before);
  clearTimeout(timer);
  await settled(before);
});

afterAll(() => {
  console.log(
    `nothing hangs: ${Object.keys(FAULTS).length} faults x ${Object.keys(EVERY_OPERATION).length} operations, ${cells.length} cells`,
  );
  expect(Object.keys(FAULTS).length).toBeGreaterThanOrEqual(25);
  expect(cells.length).toBe(Object.keys(FAULTS).length * Object.keys(EVERY_OPERATION).length);
});

/** Timers, sockets and lookups of this process. */
function handles(): number {
  return process.getActiveResourcesInfo().filter((kind) => /Timeout|TCP|TLS|GetAddrInfo/.test(kind)).length;
}

/** Waits for closed sockets to leave the event loop: each turn is an event, and 2,000 of them are plenty. */
async function settled(before: number): Promise<void> {
  for (let turn = 0; turn < 2_000 && handles() > before; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(handles()).toBeLessThanOrEqual(before);
}
