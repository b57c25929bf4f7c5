import { isLive, note } from "./book.ts";
import { canaries } from "./canaries.ts";
import { type Done, runCommand } from "./command.ts";
import { mayGo } from "./cures.ts";
import { outlasting } from "./ended.ts";
import { hand } from "./hand.ts";
import { newOracle } from "./oracle.ts";
import {
  type Act,
  type Case,
  type Change,
  type Command,
  changed,
  type KeyDecl,
  type Program,
  skipsDelete,
} from "./program.ts";
import { adviceOf } from "./remedy.ts";
import { render } from "./render.ts";
import { isLocked, readState, type State, type StateKey } from "./stateFile.ts";
import { add, commandName, countProgram, type Tally } from "./tally.ts";
import { applicationFaults, leakFaults, ownKeys, secretFaults } from "./verdicts.ts";
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
  countProgram(player.tally, it);
  try {
    await plantForeign(world);
    const wrong = await player.all().catch((error: unknown) => [error instanceof Error ? error.message : "failed"]);
    const { story, commands } = player;
    return { wrong, story, commands, tally: player.counts(), ms: performance.now() - started };
  } finally {
    await world.dispose();
  }
}

/** A failure may name the next thing to do; more than this many in a row lead nowhere. */
const MOST_REMEDIES = 4;

class Player {
  readonly tally: Tally = {};
  readonly story: string[] = [];
  commands = 0;
  readonly #world: World;
  readonly #it: Case;
  readonly #oracle: ReturnType<typeof newOracle>;
  readonly #canaries = canaries();
  readonly #first: readonly KeyDecl[];
  readonly #do: ReturnType<typeof hand>;
  #program: Program;
  #configured = false;

  constructor(world: World, it: Case) {
    this.#world = world;
    this.#it = it;
    this.#oracle = newOracle(it.updates === "patch");
    this.#first = it.program.keys;
    this.#program = it.program;
    this.#do = hand(world);
    this.#canaries.plant("the token", world.token);
  }

  async all(): Promise<string[]> {
    const first: Act = { changes: [], command: { verb: "up" }, preview: false };
    for (const act of [first, ...this.#it.history]) {
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
    const { replaced, promised, ended } = this.#oracle.book.tally;
    return { ...this.tally, "keys replaced": replaced, "overlaps promised": promised, "overlaps ended": ended };
  }

  #state(): State {
    return readState(this.#world.stack.folder);
  }

  #key(name: string): StateKey | undefined {
    return this.#state().keys.find((key) => key.name === name && !key.pendingDelete);
  }

  async #change(change: Change): Promise<void> {
    add(this.tally, `change: ${change.change}`);
    this.story.push(`change ${JSON.stringify(change)}`);
    this.#program = changed(this.#program, this.#first, change);
    if (change.change === "configuration") this.#configured = true;
    const key = "key" in change ? this.#key(change.key) : undefined;
    const live = key !== undefined && isLive(viewsOf(this.#world.api).get(key.keyId));
    await this.#do(change, live ? key : undefined);
    if (live) note(this.#oracle.book, change);
  }

  /** Runs a command, and what its failure advises, until it has succeeded. */
  async #command(asked: Command): Promise<string[]> {
    let command = asked;
    for (let round = 0; round <= MOST_REMEDIES; round += 1) {
      const before = viewsOf(this.#world.api);
      const done = await this.#run(command);
      const wrong = [...this.#leaks(done.output), ...this.#judge(command, done, before)];
      if (wrong.length > 0) return wrong;
      if (done.killed) {
        add(this.tally, "killed");
        if (isLocked(this.#world.stack.folder)) await this.#world.stack.cancel();
        command = { verb: "up", refresh: true };
        continue;
      }
      if (done.code === 0) {
        if (round > 0) add(this.tally, "remedies that helped");
        return this.#it.usedAtOnce ? this.#authenticates() : [];
      }
      const after = viewsOf(this.#world.api);
      const spared = command.outage !== undefined;
      const advice = adviceOf({
        ...{ command, output: done.output, program: this.#program, all: this.#first },
        refreshed: this.#refreshes(command),
        changed: (name) =>
          !spared && !this.#oracle.book.purged.has(name) && ownKeys(before, name) !== ownKeys(after, name),
      });
      if ("wrong" in advice) return [advice.wrong];
      add(this.tally, advice.kind);
      this.#program = advice.program ?? this.#program;
      if (advice.revoke !== undefined) this.#world.api.revoke(advice.revoke);
      command = advice.next;
    }
    return [`${MOST_REMEDIES} remedies in a row didn't help:\n${this.story.at(-1)}`];
  }

  #refreshes({ verb, refresh }: Command): boolean {
    return this.#it.refreshAlways || refresh === true || verb === "refresh";
  }

  async #run(command: Command): Promise<Done> {
    this.story.push(`> ${JSON.stringify(command)}`);
    add(this.tally, `command: ${commandName(command)}`);
    if (this.#configured && command.replace !== undefined) add(this.tally, "--replace after a changed configuration");
    this.#configured = false;
    this.commands += 1;
    this.#world.stack.setProgram(render(this.#program, this.#canaries.canary));
    const done = await runCommand(this.#world, command, (name) => this.#key(name)?.urn);
    this.story.push(`${done.output}\n= ${done.killed ? "killed" : done.code}`);
    return done;
  }

  #judge(command: Command, done: Done, before: ReturnType<typeof viewsOf>): string[] {
    const state = this.#state();
    const idOf = (name: string) => state.keys.find((key) => key.name === name && !key.pendingDelete)?.keyId;
    const outcome = done.killed ? "killed" : done.code === 0 ? "ok" : "refused";
    const { replace, target, ...rest } = command;
    // A flag about a key that wasn't there was left out.
    const flags = Object.entries({ replace, target }).filter(
      ([, name]) => name !== undefined && this.#oracle.book.current.has(name),
    );
    const known: Command = { ...rest, ...Object.fromEntries(flags) };
    const after = viewsOf(this.#world.api);
    const wrong = this.#oracle.judge({
      ...{ command: known, outcome, state, before, after, now: this.#world.api.now() },
      refreshed: this.#refreshes(command),
      said: done.output,
      wanted: wantedOf(this.#program, this.#canaries.canary, idOf),
    });
    const whole = outcome === "ok" && command.verb === "up" && known.target === undefined;
    return whole ? [...wrong, ...secretFaults(state, after), ...applicationFaults(state)] : wrong;
  }

  #leaks(output: string): string[] {
    return leakFaults(output, this.#state(), this.#canaries.all()).slice(0, 3);
  }

  async #restless(): Promise<string[]> {
    // What Pulumi skips (a transform's retainOnDelete) is revoked by the next `up`, and its preview says so.
    if (this.#program.keys.some((key) => skipsDelete(this.#program, key))) return [];
    add(this.tally, "command: preview afterwards");
    this.commands += 1;
    const { stack, env } = this.#world;
    // A preview that reads nothing knows this machine's clock alone.
    const refresh = this.#it.clockAhead === 0 ? [] : ["--refresh"];
    const { code, output } = await stack.preview(["--expect-no-changes", "--diff", ...refresh], env());
    this.story.push("> preview --expect-no-changes", output);
    return code === 0 ? this.#leaks(output) : [`a preview right afterwards would change something:\n${output}`];
  }

  /** Each key is used, as an application that reads the stack's outputs would. */
  async #authenticates(): Promise<string[]> {
    const { api } = this.#world;
    const wrong: string[] = [];
    for (const { name } of this.#program.keys) {
      const key = this.#key(name);
      if (key === undefined || !isLive(viewsOf(api).get(key.keyId))) continue;
      const { status } = await api.use(key.secret);
      // 403: the key is known, and was edited by hand.
      if (status !== 200 && status !== 403) wrong.push(`${name}: its secret is answered with ${status}`);
    }
    return wrong;
  }

  async #destroy(): Promise<string[]> {
    const { stack, api, env } = this.#world;
    if (this.#first.some(({ policy }) => policy === "prevent")) {
      this.#program = { ...this.#program, keys: this.#program.keys.map(mayGo) };
      const wrong = await this.#command({ verb: "up", refresh: true });
      if (wrong.length > 0) return wrong;
    }
    const spared = outlasting(this.#oracle.book);
    add(this.tally, "command: destroy");
    this.commands += 1;
    const { code, output } = await stack.destroy([], env());
    this.story.push("> destroy", output);
    if (code !== 0) return [`destroy fails:\n${output}`];
    const left = [...viewsOf(api).values()].filter((view) => isLive(view) && !spared.has(view.id));
    const own = left.filter(({ metadata }) => metadata["pulumi:name"] !== undefined);
    const foreign = left.length > own.length ? [] : ["a key that someone made by hand is dead"];
    return [...own.map(({ id, name }) => `${id} ("${name}") lives after destroy`), ...foreign, ...this.#leaks(output)];
  }
}
