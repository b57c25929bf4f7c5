import { createHash } from "node:crypto";
import type { KeyView } from "../../../emulator/index.ts";
import { leaksIn } from "../canaries.ts";
import { canaries } from "./canaries.ts";
import { type Done, runCommand } from "./command.ts";
import { cured, mayGo } from "./cures.ts";
import { isLive, Oracle, type Seen } from "./oracle.ts";
import { type Act, type Case, type Change, type Command, changed, type KeyDecl, type Program } from "./program.ts";
import { advisesRefresh, failuresIn, lacks, targetsTooLittle } from "./refusal.ts";
import { render } from "./render.ts";
import { isLocked, readState, type State } from "./stateFile.ts";
import { add, commandName, countProgram, type Tally } from "./tally.ts";
import { wantedOf } from "./wanted.ts";
import { openWorld, plantForeign, type Template, viewsOf, type World } from "./world.ts";

/** What came of one case. */
export interface Verdict {
  /** What went wrong; the history ends with the first command after which something is. */
  wrong: string[];
  /** What was done and printed. */
  story: string[];
  tally: Tally;
  commands: number;
  ms: number;
}

/** Plays a program's history from an empty stack to an empty account. */
export async function play(template: Template, it: Case): Promise<Verdict> {
  const started = performance.now();
  const world = await openWorld(template, it);
  const player = new Player(world, it);
  const failed = (error: unknown) => [error instanceof Error ? error.message : "failed"];
  try {
    countProgram(player.tally, it);
    await plantForeign(world);
    const wrong = await player.all().catch(failed);
    return {
      wrong,
      story: player.story,
      tally: player.counts(),
      commands: player.commands,
      ms: performance.now() - started,
    };
  } finally {
    await world.dispose();
  }
}

/** A refusal may name the next thing to do; more than this many in a row lead nowhere. */
const MOST_REMEDIES = 4;

class Player {
  readonly tally: Tally = {};
  readonly story: string[] = [];
  commands = 0;
  readonly #oracle: Oracle;
  readonly #canaries = canaries();
  readonly #first: readonly KeyDecl[];
  #program: Program;
  #configuration = 0;
  #edits = 0;
  #configured = false;

  readonly world: World;
  readonly it: Case;

  constructor(world: World, it: Case) {
    this.world = world;
    this.it = it;
    this.#oracle = new Oracle(it.updates === "patch");
    this.#first = it.program.keys;
    this.#program = it.program;
  }

  async all(): Promise<string[]> {
    const start: Act = { changes: [], command: { verb: "up" }, preview: false };
    for (const act of [start, ...this.it.history]) {
      for (const change of act.changes) await this.#change(change);
      const wrong = await this.#command(act.command);
      if (wrong.length > 0) return wrong;
      const whole = act.command.verb === "up" && act.command.target === undefined;
      const restless = act.preview && whole ? await this.#restless() : [];
      if (restless.length > 0) return restless;
    }
    return [...(await this.#authenticates()), ...(await this.#destroy())];
  }

  counts(): Tally {
    const { replaced, promised, ended } = this.#oracle.tally;
    return { ...this.tally, "keys replaced": replaced, "overlaps promised": promised, "overlaps ended": ended };
  }

  #state(): State {
    return readState(this.world.stack.folder);
  }

  #key(name: string): State["keys"][number] | undefined {
    return this.#state().keys.find((key) => key.name === name && !key.pendingDelete);
  }

  async #change(change: Change): Promise<void> {
    const { api, stack } = this.world;
    const key = "key" in change ? this.#key(change.key) : undefined;
    add(this.tally, `change: ${change.change}`);
    this.story.push(`change ${JSON.stringify(change)}`);
    this.#program = changed(this.#program, this.#first, change);
    if (change.change === "clock") api.advance(change.minutes * 60_000);
    if (change.change === "configuration") {
      this.#configuration += 1;
      this.world.setConfiguration(this.#configuration);
      this.#configured = true;
    }
    if (key === undefined || !isLive(viewsOf(api).get(key.keyId))) return;
    if (change.change === "use") await api.use(key.secret);
    if (change.change === "revokedByHand") api.revoke(key.keyId);
    if (change.change === "taint") {
      const { code, output } = await stack.run(["state", "taint", key.urn, "--yes", "--stack", "dev"]);
      this.commands += 1;
      if (code !== 0) throw new Error(`pulumi state taint failed:\n${output}`);
    }
    if (change.change === "drift") api.edit(key.keyId, this.#edit(change.field));
    this.#oracle.note(change);
  }

  #edit(field: "description" | "permissions" | "rateLimit") {
    this.#edits += 1;
    if (field === "description") return { description: `edited by hand ${this.#edits}` };
    if (field === "rateLimit") return { rateLimit: { requestsPerMinute: 100 + this.#edits } };
    return { permissions: [{ resource: "identity" as const, actions: ["read" as const] }] };
  }

  /** Runs a command, and what its refusal advises, until it has succeeded. */
  async #command(asked: Command): Promise<string[]> {
    let command = asked;
    for (let round = 0; round <= MOST_REMEDIES; round += 1) {
      const before = viewsOf(this.world.api);
      this.world.stack.setProgram(render(this.#program, this.#canaries.canary));
      const done = await this.#run(command);
      const wrong = [...this.#leaks(done), ...this.#judge(command, done, before)];
      if (wrong.length > 0) return wrong;
      if (done.killed) {
        add(this.tally, "killed");
        if (isLocked(this.world.stack.folder)) await this.world.stack.cancel();
        command = { verb: "up", refresh: true };
      } else if (done.code === 0) {
        if (this.#configured && round === 0 && command.replace !== undefined)
          add(this.tally, "--replace after a changed configuration");
        this.#configured = false;
        if (round > 0) add(this.tally, "remedies that helped");
        return [];
      } else {
        const next = this.#remedy(command, done, before);
        if (typeof next === "string") return [next];
        command = next;
      }
    }
    return [`${MOST_REMEDIES} remedies in a row didn't help:\n${this.story.at(-1)}`];
  }

  async #run(command: Command): Promise<Done> {
    const named = (name: string) => this.#key(name)?.urn;
    this.story.push(`> ${JSON.stringify(command)}`);
    add(this.tally, `command: ${commandName(command)}`);
    const done = await runCommand(this.world, command, named);
    this.commands += 1;
    this.story.push(`${done.output}\n= ${done.killed ? "killed" : done.code}`);
    return done;
  }

  #judge(command: Command, done: Done, before: Map<string, KeyView>): string[] {
    const state = this.#state();
    const after = viewsOf(this.world.api);
    const idOf = (name: string) => state.keys.find((key) => key.name === name && !key.pendingDelete)?.keyId;
    const outcome = done.killed ? "killed" : done.code === 0 ? "ok" : "refused";
    // A key that the engine was to replace or to aim at, and that isn't there, is left out of the command.
    const known = (name: string | undefined) =>
      name !== undefined && this.#oracle.current.has(name) ? name : undefined;
    const { replace, target, ...rest } = command;
    const [replaced, aimed] = [known(replace), known(target)];
    const seen: Seen = {
      command: {
        ...rest,
        ...(replaced === undefined ? {} : { replace: replaced }),
        ...(aimed === undefined ? {} : { target: aimed }),
      },
      refreshed: this.it.refreshAlways || command.refresh === true || command.verb === "refresh",
      wanted: wantedOf(this.#program, this.#canaries.canary, idOf),
      ...{ outcome, state, before, after, now: this.world.api.now() },
    };
    const wrong = this.#oracle.judge(seen);
    if (outcome === "ok" && command.verb === "up" && aimed === undefined)
      wrong.push(...this.#secrets(state), ...this.#applications(state));
    return wrong;
  }

  /** Each declared key's secret in the state is that key's. */
  #secrets({ keys }: State): string[] {
    const views = viewsOf(this.world.api);
    return keys.flatMap(({ name, keyId, secret }) => {
      const hash = createHash("sha256").update(secret).digest("hex");
      return hash === views.get(keyId)?.secretSha256 ? [] : [`${name}: the secret in the state is not ${keyId}'s`];
    });
  }

  #applications({ deployed, keys }: State): string[] {
    return [...deployed].flatMap(([application, id]) => {
      const key = keys.find(({ name }) => name === application.replace(/-(sibling|outside)$/, ""));
      return key === undefined || key.keyId === id
        ? []
        : [`${application} still has ${id}, and ${key.name} is ${key.keyId}`];
    });
  }

  /** What to run after a failure; a text: why it is no refusal that can stand. */
  #remedy(command: Command, { output }: Done, before: ReadonlyMap<string, KeyView>): Command | string {
    add(this.tally, "refusals");
    const failures = failuresIn(output);
    const after = viewsOf(this.world.api);
    for (const failure of failures) {
      const missing = lacks(failure);
      if (missing.length > 0) return `${failure.key}: fails without ${missing.join(" and ")}:\n${failure.text}`;
      const own = (views: ReadonlyMap<string, KeyView>) =>
        JSON.stringify([...views.values()].filter(({ metadata }) => metadata["pulumi:name"] === failure.key));
      const may = command.outage !== undefined || this.#oracle.isCompromised(failure.key);
      if (!may && own(before) !== own(after))
        return `${failure.key}: refused, and yet the account changed:\n${failure.text}`;
    }
    if (command.outage !== undefined) {
      if (failures.length > 0 || /remedy: /.test(output)) return { verb: "up", refresh: true };
    }
    const without = cured(this.#program, this.#first, output);
    if (without !== undefined && this.#program.keys.some(({ name }) => output.includes(name))) {
      this.#program = without;
      add(this.tally, "programs refused by name");
      return command;
    }
    if (command.target !== undefined && targetsTooLittle(output)) return { verb: "up" };
    const refreshed = command.refresh || this.it.refreshAlways;
    if (failures.length > 0 && advisesRefresh(output) && !refreshed) {
      add(this.tally, "refusals that advise a refresh");
      return { ...command, refresh: true };
    }
    if (failures.length === 0) return `fails and names no key:\n${output}`;
    return `${failures[0]?.key}: refused, and no remedy is left:\n${failures[0]?.text}`;
  }

  #leaks({ output }: { output: string }): string[] {
    const state = this.#state();
    const all = this.#canaries.all();
    for (const { keyId, secret } of state.keys) if (secret !== "") all.set(`secret of ${keyId}`, secret);
    all.set("the token", this.world.token);
    const found = [
      ...leaksIn(output, all).map((leak) => `the output shows ${leak}`),
      ...leaksIn(state.text, all).map((leak) => `the state holds ${leak}`),
    ];
    return found.slice(0, 3);
  }

  async #restless(): Promise<string[]> {
    add(this.tally, "command: preview afterwards");
    this.commands += 1;
    const { code, output } = await this.world.stack.preview(["--expect-no-changes", "--diff"], this.world.env());
    this.story.push("> preview --expect-no-changes", output);
    const leaks = this.#leaks({ output });
    return code === 0 ? leaks : [`a preview right afterwards would change something:\n${output}`];
  }

  async #authenticates(): Promise<string[]> {
    const declared = new Set(this.#program.keys.map(({ name }) => name));
    const wrong: string[] = [];
    const views = viewsOf(this.world.api);
    for (const { name, keyId, secret, pendingDelete } of this.#state().keys) {
      if (pendingDelete || !declared.has(name) || !isLive(views.get(keyId))) continue;
      const { status } = await this.world.api.use(secret);
      if (status !== 200) wrong.push(`${name}: its secret is answered with ${status}`);
    }
    return wrong;
  }

  async #destroy(): Promise<string[]> {
    const { stack, api } = this.world;
    if (this.#first.some(({ policy }) => policy === "prevent")) {
      this.#program = { ...this.#program, keys: this.#program.keys.map(mayGo) };
      const wrong = await this.#command({ verb: "up", refresh: true });
      if (wrong.length > 0) return wrong;
    }
    const outlasting = this.#oracle.outlasting();
    add(this.tally, "command: destroy");
    this.commands += 1;
    const done = await stack.destroy([], this.world.env());
    this.story.push("> destroy", done.output);
    if (done.code !== 0) return [`destroy fails:\n${done.output}`];
    const left = [...viewsOf(api).values()].filter(
      (view) => isLive(view) && view.metadata["pulumi:name"] !== undefined,
    );
    const lives = left
      .filter(({ id }) => !outlasting.has(id))
      .map(({ id, name }) => `${id} ("${name}") lives after destroy`);
    const foreign = api.keys().find(({ name }) => name === "made-by-hand");
    return [...lives, ...(isLive(foreign) ? [] : ["a key that someone made by hand is dead"]), ...this.#leaks(done)];
  }
}
