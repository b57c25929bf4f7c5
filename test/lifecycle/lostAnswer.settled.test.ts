import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { FaultSpec } from "../../emulator/index.ts";
import { api, freshAccount, stack } from "../support/fixture.ts";
import type { Fields } from "../support/host/handlers.ts";
import { counted, failure, keys, SCORES, works } from "../support/host/world.ts";
import { liveIds } from "../support/world.ts";

/** The request was carried out; its answer never comes, or comes unusable. */
const LOST: Readonly<Record<string, FaultSpec>> = {
  reset: { operation: "create", kind: "reset", phase: "afterCommit" },
  close: { operation: "create", kind: "close", phase: "afterCommit" },
  "reset in the headers": { operation: "create", kind: "reset", phase: "headers" },
  "reset in the body": { operation: "create", kind: "reset", phase: "body" },
  "closed in the body": { operation: "create", kind: "close", phase: "body" },
  "JSON cut": { operation: "create", kind: "truncated" },
  "JSON cut at the first byte": { operation: "create", kind: "truncated", bytes: 1 },
  malformed: { operation: "create", kind: "malformed" },
  empty: { operation: "create", kind: "empty" },
  "empty 502": { operation: "create", kind: "empty", status: 502 },
  "HTML with 200": { operation: "create", kind: "html", status: 200, phase: "afterCommit" },
  "HTML with 502": { operation: "create", kind: "html", phase: "afterCommit" },
  "500": { operation: "create", kind: "status", status: 500, phase: "afterCommit" },
  "503 with Retry-After": {
    operation: "create",
    kind: "status",
    status: 503,
    phase: "afterCommit",
    headers: { "Retry-After": "1" },
  },
  "408": { operation: "create", kind: "status", status: 408, phase: "afterCommit" },
  "the secret missing": { operation: "create", kind: "wrongType", field: "apiKey" },
  "every field of another type": { operation: "create", kind: "wrongType" },
};

/** The request never got so far; the client can't know. */
const NEVER_RUN: Readonly<Record<string, FaultSpec>> = {
  "reset before": { operation: "create", kind: "reset", phase: "beforeParse" },
  "close before": { operation: "create", kind: "close", phase: "afterValidate" },
  "500 before": { operation: "create", kind: "status", status: 500, phase: "beforeParse" },
};

const NAMES: Readonly<Record<string, Fields>> = {
  "a derived name": SCORES,
  "an explicit name": { ...SCORES, name: "prod-app" },
};

const cells: string[] = [];
beforeEach(() => freshAccount());

describe.each(Object.entries(NAMES))("create with %s", (nameKind, args) => {
  describe.each(Object.entries({ ...LOST, ...NEVER_RUN }))("%s", (fault, spec) => {
    test.each([1, 2])("%i time(s): one live key in the end, its secret known, none left behind", async (times) => {
      await stack.up(keys({ other: SCORES }));
      const since = api.journal().length;
      api.faults.add({ ...spec, times });

      const first = await stack.up(keys({ other: SCORES, a: args })).then(
        () => "done",
        (error: Error) => error.message,
      );
      expect(api.faults.list()[0]?.hits, "the fault was met").toBe(times);
      const posts = counted(api, since)["create"] ?? 0;
      expect(posts, "at most one repeat").toBeLessThanOrEqual(2);
      if (first !== "done") expect(first).toMatch(/cause: .+\n.*remedy: .+/);

      if (first !== "done") await stack.up(keys({ other: SCORES, a: args }));
      expect(liveIds(api)).toEqual([stack.key("other")?.id, stack.key("a")?.id]);
      expect(await works(api, stack.output("a", "apiKey"))).toBe(true);
      expect(await stack.preview(keys({ other: SCORES, a: args }))).toEqual({ other: "same", a: "same" });
      await stack.destroy();
      expect(liveIds(api)).toEqual([]);
      cells.push(`${nameKind} x ${fault} x ${times}: ${first === "done" ? "at once" : "with one further up"}`);
    });
  });
});

test.each(Object.entries(NAMES))(
  "a replacement with %s whose answer is lost ends with one live key",
  async (_kind, args) => {
    await stack.up(keys({ other: SCORES, a: args }));
    api.faults.add({ operation: "create", kind: "reset", phase: "afterCommit" });
    await stack.up(keys({ other: SCORES, a: { ...args, description: "changed" } }));
    expect(liveIds(api)).toEqual([stack.key("other")?.id, stack.key("a")?.id]);
    expect(await works(api, stack.output("a", "apiKey"))).toBe(true);
  },
);

test("a listing that lags is outwaited: the conflict of the repeat says that the key lives", async () => {
  await stack.up(keys({ other: SCORES }));
  api.faults.add({ operation: "create", kind: "reset", phase: "afterCommit" });
  // The first listing is the refresh's; the next two come after the commit.
  api.faults.add({ operation: "list", kind: "staleList", nth: 2, times: 2 });
  await stack.up(keys({ other: SCORES, a: SCORES }));
  expect(api.journal().filter(({ operation, status }) => operation === "create" && status === 409)).toHaveLength(1);
  expect(api.keys(), "other, the lost one, its successor").toHaveLength(3);
  expect(liveIds(api)).toEqual([stack.key("other")?.id, stack.key("a")?.id]);
});

test("a listing that lags for too long ends in an error that names the key, and the next up settles it", async () => {
  await stack.up(keys({ other: SCORES }));
  api.faults.add({ operation: "create", kind: "reset", phase: "afterCommit" });
  api.faults.add({ operation: "list", kind: "staleList", nth: 2, times: 20 });
  const error = await failure(stack.up(keys({ other: SCORES, a: SCORES })));
  const lost = api.keys().at(-1);
  expect(error).toContain(`whether key "${lost?.name}" was created is not known [ZKS_INTERRUPTED]`);
  expect(error).toMatch(/remedy: run `pulumi up --refresh` again: it revokes the key if it exists/);
  api.faults.clear();
  await stack.up(keys({ other: SCORES, a: SCORES }));
  expect(liveIds(api)).not.toContain(lost?.id);
  expect(liveIds(api)).toEqual([stack.key("other")?.id, stack.key("a")?.id]);
});

test("without metadata a derived name says whose the lost key is; an explicit one doesn't, and is left alone", async () => {
  await freshAccount({ metadata: "drop" });
  await stack.up(keys({ other: SCORES }));
  api.faults.add({ operation: "create", kind: "reset", phase: "afterCommit", times: 2 });
  await stack.up(keys({ other: SCORES, a: SCORES })).catch(() => stack.up(keys({ other: SCORES, a: SCORES })));
  expect(liveIds(api)).toEqual([stack.key("other")?.id, stack.key("a")?.id]);

  api.faults.add({ operation: "create", kind: "reset", phase: "afterCommit" });
  const error = await failure(stack.up(keys({ other: SCORES, a: SCORES, b: { ...SCORES, name: "prod-app" } })));
  expect(error).toContain(`"prod-app"`);
  expect(error).toMatch(/cause: .*key_\w+ \("prod-app"\) has its name and nothing that says who made it/);
  expect(error).toMatch(/remedy: if nobody else made that key, revoke it and run `pulumi up` again/);
  expect(liveIds(api), "nobody can tell whose it is").toHaveLength(3);
});

afterAll(() => {
  const atOnce = cells.filter((cell) => cell.endsWith("at once")).length;
  console.log(
    `lost answers: ${cells.length} cells, ${atOnce} settled at once, ${cells.length - atOnce} by the next up`,
  );
  expect(cells.length).toBe((Object.keys(LOST).length + Object.keys(NEVER_RUN).length) * 4);
  expect(atOnce, "one lost answer never fails an up").toBeGreaterThanOrEqual(cells.length / 2);
});
