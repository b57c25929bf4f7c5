import type { Emulator } from "../../../emulator/index.ts";
import { HandlerFailure } from "../host/handlers.ts";
import { accountAt, HOUR, simStack, works } from "../host/world.ts";
import { liveIds } from "../world.ts";
import { type Entry, Killed, type Program, type SimStack } from "./engine.ts";
import type { Bomb, ModelStack } from "./mined.ts";
import { Reference } from "./reference.ts";
import type { Op } from "./sequence.ts";

/** Plays one sequence against an account that holds a stack of equal names beside it. Throws where a promise breaks. */
export async function play(ops: readonly Op[], make: MakeStack): Promise<Tally> {
  const api = await accountAt();
  const stack = await make(api);
  try {
    const player = new Player(api, stack);
    await player.begin();
    for (const op of ops) await player.step(op);
    await player.end();
    return player.tally;
  } finally {
    await stack.dispose();
    await api.close();
  }
}

export type MakeStack = (api: Emulator) => ModelStack | Promise<ModelStack>;

/** What a sequence came to, to show that sequences reach what they should. */
export interface Tally {
  ups: number;
  crashes: number;
  replaced: number;
  retired: number;
  orphansRevoked: number;
}

class Player {
  readonly tally: Tally = { ups: 0, crashes: 0, replaced: 0, retired: 0, orphansRevoked: 0 };
  readonly #api: Emulator;
  readonly #stack: ModelStack;
  readonly #neighbour: SimStack;
  readonly #reference = new Reference();
  readonly #unborn = new Map<string, string>();
  #neighbours: string[] = [];

  constructor(api: Emulator, stack: ModelStack) {
    this.#api = api;
    this.#stack = stack;
    this.#neighbour = simStack({ api });
  }

  async begin(): Promise<void> {
    await this.#neighbour.up(this.#reference.program());
    this.#neighbours = liveIds(this.#api);
    await this.#succeed(() => this.#stack.up(this.#reference.program(), {}, undefined));
  }

  async step(op: Op): Promise<void> {
    const { op: name } = op;
    if (name === "up") await this.#up(op.crash, op.broken, op.replace);
    else if (name === "refresh") await this.#explained(() => this.#stack.refresh());
    else if (name === "advance") this.#api.advance(op.hours * HOUR);
    else if (name === "use") await works(this.#api, this.#stack.key(op.key)?.outputs["apiKey"]);
    else if (name === "revoke") this.#revokeByHand(this.#stack.key(op.key)?.id);
    else if (name === "revokeRetired") this.#revokeByHand(this.#reference.someRetired());
    else if (name === "destroy") await this.#destroy(op.crash);
    else this.#reference.edit(op);
  }

  /** However it went: one `up` mends, nothing is pending, and one `destroy` leaves none. */
  async end(): Promise<void> {
    await this.#up(undefined, undefined, undefined);
    await this.#explained(() => this.#stack.destroy(undefined));
    this.#neighbourIsWhole();
    const left = this.#ours();
    if (left.length > 0) throw new Error(`destroy left ${left.join(", ")}`);
  }

  async #up(crash: Bomb | undefined, broken: string | undefined, replace: string | undefined): Promise<void> {
    const program = this.#reference.program();
    this.#reference.attempt(this.#api.now());
    const options = {
      ...(broken === undefined ? {} : { brokenDependents: [broken] }),
      ...(replace !== undefined && this.#stack.key(replace) !== undefined ? { replace: [replace] } : {}),
    };
    if (options.replace !== undefined) this.#reference.forced(options.replace);
    try {
      await this.#succeed(() => this.#stack.up(program, options, crash));
    } catch (error) {
      if (!(error instanceof Killed) && !(error instanceof HandlerFailure && broken !== undefined)) throw error;
      this.tally.crashes += 1;
      this.#noteUnborn();
      this.#reference.failed(this.#stack.entries, new Set(liveIds(this.#api)), this.#api.now());
      this.#neighbourIsWhole();
    }
  }

  async #succeed(up: () => Promise<void>): Promise<void> {
    await this.#explained(up);
    this.tally.ups += 1;
    this.#neighbourIsWhole();
    const live = this.#ours().filter((id) => !this.#isUnborn(id));
    const { replaced, retired } = this.#reference.confirm(this.#stack.entries, new Set(live), this.#api.now());
    this.tally.replaced += replaced;
    this.tally.retired += retired;
    for (const entry of this.#stack.entries.filter(({ kind }) => kind === "key")) {
      if (this.#stack.deployed.get(entry.name) !== entry.outputs["apiKey"])
        throw new Error(`${entry.name}: dependents have another secret`);
    }
    await this.#nothingPending(this.#reference.program());
  }

  async #nothingPending(program: Program): Promise<void> {
    const steps = await this.#stack.pending(program);
    if (steps.length > 0) throw new Error(`after up a preview shows ${steps.join("\n")}`);
  }

  async #destroy(crash: Bomb | undefined): Promise<void> {
    try {
      await this.#explained(() => this.#stack.destroy(crash));
      this.#reference.destroyed();
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      this.tally.crashes += 1;
      this.#noteUnborn();
      this.#reference.halfDestroyed(new Set(liveIds(this.#api)));
    }
  }

  /** Each key that an operation ends was in its state or a ledger there, or nobody ever used it. */
  async #explained(operation: () => Promise<void>): Promise<void> {
    const known = new Set(this.#stack.entries.flatMap((entry) => [entry.id, ...ledgerOf(entry)]));
    const used = new Set(this.#api.keys().flatMap((key) => (key.totalRequests > 0 ? [key.id] : [])));
    const before = this.#api.journal().length;
    const outcome = await operation().then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    const ended = this.#api
      .journal()
      .slice(before)
      .filter((entry) => entry.operation === "revoke");
    for (const { keyId } of ended) {
      if (keyId === null || known.has(keyId)) continue;
      if (used.has(keyId)) throw new Error(`revoked ${keyId}, which is in use and in no state`);
      this.tally.orphansRevoked += 1;
    }
    if (outcome !== undefined) throw outcome.error;
  }

  #neighbourIsWhole(): void {
    const live = liveIds(this.#api);
    const hurt = this.#neighbours.filter((id) => !live.includes(id));
    if (hurt.length > 0) throw new Error(`ended ${hurt.join(", ")} of the stack beside it`);
  }

  #ours(): string[] {
    return liveIds(this.#api).filter((id) => !this.#neighbours.includes(id));
  }

  /**
   * Leftovers of a create that was killed, with nothing of their name in the state: while nothing in the program has that
   * name either, no handler is called for them. Nobody has their secret; the name's next create, or `destroy`, ends them.
   */
  #noteUnborn(): void {
    const known = new Set(this.#stack.entries.map(({ id }) => id));
    for (const key of this.#api.keys()) {
      const name = String(key.metadata["pulumi:name"]);
      if (!known.has(key.id) && this.#stack.key(name) === undefined) this.#unborn.set(key.id, name);
    }
  }

  #isUnborn(id: string): boolean {
    const name = this.#unborn.get(id);
    return name !== undefined && !(name in this.#reference.program().keys);
  }

  #revokeByHand(id: string | undefined): void {
    if (id === undefined || !liveIds(this.#api).includes(id)) return;
    this.#api.revoke(id);
    this.#reference.goneByHand(id);
  }
}

function ledgerOf(entry: Entry): string[] {
  const previous = entry.outputs["previous"];
  return Array.isArray(previous) ? previous.map(({ keyId }: { keyId: string }) => keyId) : [];
}
