import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, type TestContext, test } from "vitest";
import { BACKENDS, type Opened } from "../support/backends/backend.ts";
import { createTeam, DECLARED, type Team } from "../support/backends/team.ts";
import { strike } from "../support/crash/strike.ts";
import { liveKeys } from "../support/crash/world.ts";
import type { Outcome, Running } from "../support/engine/command.ts";
import { describeWithEngine } from "../support/engine/describe.ts";
import type { Env } from "../support/engine/project.ts";
import { succeed } from "../support/engine/stack.ts";

/** Where a run is killed, engine and provider at once. `first`: it is the first run of the stack. */
const MOMENTS = [
  { moment: "after the API made the first key", phase: "afterCommit", target: "create", first: true },
  { moment: "after the API made the new key of a rotation", phase: "afterCommit", target: "create", first: false },
  {
    moment: "after the engine got that key, before it wrote the state",
    phase: "beforeState",
    target: "create",
    first: false,
  },
  { moment: "after the API revoked the old key", phase: "afterCommit", target: "revoke", first: false },
] as const;
const ROUNDS = 3;
const HOUR = 3_600_000;
const LOCKED = /the stack is currently locked by \d lock\(s\)/;

describeWithEngine("two machines on one stack", () => {
  describe.each(Object.entries(BACKENDS))("whose state is in %s", (name, open) => {
    let opened: Opened = { missing: "not opened" };
    let team: Team | undefined;
    let count = 0;
    /** What the table of docs/state.md says of this backend. */
    const measured: string[] = [];

    beforeAll(async () => {
      opened = await open();
      if ("missing" in opened) console.warn(`SKIPPED: ${name}: ${opened.missing}`);
    });
    afterEach(async () => {
      await team?.dispose();
      team = undefined;
    });
    afterAll(async () => {
      if ("missing" in opened) return;
      console.log([name, ...measured].join("\n  "));
      await opened.close();
    });

    /** A new stack in this backend; skips the test where there is none. */
    const start = async ({ skip }: TestContext): Promise<Team> => {
      if ("missing" in opened) skip(opened.missing);
      else team = await createTeam(opened, `team${++count}`);
      if (team === undefined) throw new Error("skipped");
      return team;
    };

    test("while one changes keys, the other is refused and makes no request", async (context) => {
      const { api, a, b, wrong } = await start(context);
      const env = { TRIGGER: "2" };
      const running = await heldRun({ api, a }, env);
      const before = api.journal().length;
      for (const verb of ["up", "refresh", "destroy"] as const) {
        const outcome = await b[verb]([], env);
        expectRefused(outcome);
        measured.push(`second ${verb}: refused, exit ${outcome.code}, ${Math.round(outcome.ms)} ms`);
        if (verb === "up") measured.push(outcome.output.trim());
      }
      expect(api.journal().length).toBe(before);
      const preview = await b.preview(["--refresh=false"], env);
      measured.push(`second preview: exit ${preview.code}, ${LOCKED.test(preview.output) ? "refused" : "goes on"}`);
      api.faults.clear();
      api.release();
      await succeed(running.done);
      await succeed(b.up([], env));
      expect(await wrong()).toEqual([]);
      expect(made(api)).toBe(DECLARED.length + 1);
      await ended(team, measured);
    });

    test(`started at the same moment, ${ROUNDS} times: one runs at most, and nothing is lost or made twice`, async (context) => {
      const { api, a, b, wrong } = await start(context);
      const won: number[] = [];
      for (let round = 1; round <= ROUNDS; round++) {
        const before = made(api);
        const env = { TRIGGER: String(round) };
        const runs = await Promise.all([a.up([], env), b.up([], env)]);
        for (const run of runs) if (run.code !== 0) expectRefused(run);
        won.push(runs.filter(({ code }) => code === 0).length);
        await succeed(b.up([], env));
        expect(await wrong()).toEqual([]);
        expect(made(api) - before).toBe(round === 1 ? DECLARED.length : 1);
      }
      measured.push(`at once: of two, ${won.join(", ")} ran`);
      await ended(team, measured);
    });

    test.for(MOMENTS)("killed $moment: the other goes on", async (moment, context) => {
      const { api, a, b, wrong } = await start(context);
      const env = { TRIGGER: moment.first ? "1" : "2" };
      if (!moment.first) {
        await succeed(a.up());
        expect(await wrong()).toEqual([]);
      }
      const run = (more = {}) => a.start(undefined, { ...env, ...more });
      await strike({ api, stack: a }, { ...moment, kind: "both", before: "list", start: run });
      expectRefused(await b.up([], env));
      await succeed(b.cancel());
      await succeed(b.up([], env));
      expect(await wrong()).toEqual([]);
      await b.expectNoChanges(env);
      const before = made(api);
      await succeed(a.up([], env));
      expect(made(api)).toBe(before);
      measured.push(`killed ${moment.moment}: locked; \`pulumi cancel\`, \`pulumi up\``);
      await ended(team, measured);
    });

    test("one begins a rotation with an overlap, the other ends it", async (context) => {
      const { api, a, b, wrong } = await start(context);
      const env = { TRIGGER: "2", OVERLAP: "1h" };
      await succeed(a.up([], { ...env, TRIGGER: "1" }));
      const [old = ""] = appKeys(api);
      await succeed(a.up([], env));
      expect(appKeys(api)).toHaveLength(2);
      await succeed(b.up([], env));
      expect(await wrong()).toEqual([]);
      expect(appKeys(api)).toContain(old);
      api.advance(HOUR + 600_000);
      const later = { ...env, ZKSCORE_NOW: new Date(api.now()).toISOString() };
      const { output } = await succeed(b.up([], later));
      expect(output).toContain(`replaced key ${old}, whose overlap ended at`);
      expect(appKeys(api)).not.toContain(old);
      expect(await wrong()).toEqual([]);
      await a.expectNoChanges(later);
      await ended(team, measured);
    });

    test("the backend goes away while a key is made: the next run ends what is left", async (context) => {
      const { api, a, b, wrong } = await start(context);
      if ("missing" in opened || opened.gate === undefined) return context.skip("a folder has no network to cut");
      const env = { TRIGGER: "2" };
      const running = await heldRun({ api, a }, env);
      opened.gate.shut();
      api.release();
      const { code, ms } = await running.done;
      opened.gate.open();
      expect(code).not.toBe(0);
      const second = await b.up([], env);
      measured.push(
        `backend away: the run fails after ${Math.round(ms / 1000)} s; the next is ${second.code === 0 ? "free" : "locked"}`,
      );
      if (second.code !== 0) {
        expectRefused(second);
        await succeed(b.cancel());
        await succeed(b.up([], env));
      }
      expect(await wrong()).toEqual([]);
      await b.expectNoChanges(env);
      await ended(team, measured);
    });

    test("a stack that moves to another backend keeps its keys", async (context) => {
      const { api, a, b, wrong } = await start(context);
      await succeed(a.up());
      expect(await wrong()).toEqual([]);
      const keys = appKeys(api);
      const elsewhere = mkdtempSync(join(tmpdir(), "zkscore-moved-"));
      const exported = join(elsewhere, "exported.json");
      const moved = { PULUMI_BACKEND_URL: `${pathToFileURL(elsewhere)}?metadata=skip` };
      try {
        await succeed(a.run(["stack", "export", "--stack", "dev", "--file", exported]));
        await succeed(b.run(["stack", "init", "dev"], moved));
        await succeed(b.run(["stack", "import", "--stack", "dev", "--file", exported], moved));
        await succeed(b.preview(["--refresh", "--expect-no-changes"], moved));
        await succeed(a.run(["stack", "rm", "dev", "--force", "--preserve-config", "--yes"]));
        expect(existsSync(join(a.folder, "Pulumi.dev.yaml"))).toBe(true);
        await succeed(b.up([], moved));
        await b.expectNoChanges(moved);
        expect([made(api), appKeys(api)]).toEqual([DECLARED.length, keys]);
        await succeed(b.destroy([], moved));
        expect(liveKeys(api)).toEqual([]);
      } finally {
        rmSync(elsewhere, { recursive: true, force: true });
      }
    });

    test("control: with the lock taken from a run that lives, what is lost is seen, and the next run mends it", async (context) => {
      const { api, a, b, wrong } = await start(context);
      const env = { TRIGGER: "2" };
      const running = await heldRun({ api, a }, env);
      await succeed(b.cancel());
      await succeed(b.up([], env));
      api.faults.clear();
      api.release();
      await running.done;
      expect(await wrong()).not.toEqual([]);
      await succeed(b.up([], env));
      expect(await wrong()).toEqual([]);
      await ended(team, measured);
    });
  });
});

/** The stack as declared, and a run of `a` that changes it, held where the API has made a key and hasn't answered. */
async function heldRun({ api, a }: Pick<Team, "api" | "a">, env: Env): Promise<Running> {
  await succeed(a.up());
  api.faults.add({ operation: "create", kind: "pause", phase: "afterCommit" });
  const running = a.start(undefined, env);
  await api.waitForPause({ operation: "create", timeoutMs: 60_000 });
  return running;
}

function expectRefused({ code, output }: Outcome): void {
  expect(output).toMatch(LOCKED);
  expect(code).not.toBe(0);
}

/** Keys that the API has made. */
function made(api: Team["api"]): number {
  return api.journal().filter(({ operation, committed }) => operation === "create" && committed).length;
}

function appKeys(api: Team["api"]): string[] {
  return api
    .keys()
    .flatMap(({ id, status, metadata }) => (status === "active" && metadata["pulumi:name"] === "app" ? [id] : []));
}

/** What the backend stores holds no secret, before and after `destroy`; after it no key lives and the stack can go. */
async function ended(team: Team | undefined, measured: string[]): Promise<void> {
  if (team === undefined) throw new Error("no team");
  const before = await team.leaks();
  expect(before.found).toEqual([]);
  expect(before.withIds).toBeGreaterThan(1);
  await succeed(team.a.destroy());
  expect(liveKeys(team.api)).toEqual([]);
  expect((await team.leaks()).found).toEqual([]);
  await succeed(team.b.run(["stack", "rm", "dev", "--yes"]));
  measured.push(`${before.texts} texts without a secret, ${before.withIds} of them with ids`);
}
