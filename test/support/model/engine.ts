import { ownerOf, urnOf } from "../../../provider/domain/marker.ts";
import { type Fields, HandlerFailure, type Handlers, type ProviderRun } from "../host/handlers.ts";

/** A resource in the simulated state. */
export interface Entry {
  kind: "identity" | "key";
  name: string;
  id: string;
  inputs: Fields;
  outputs: Fields;
  /** Replaced, and its delete is still to come. */
  deleted?: boolean;
  /** Its last create or update ended in an init failure: the next `up` updates it. */
  failed?: boolean;
  /** Deleted before its replacement, which doesn't exist yet. */
  awaited?: boolean;
}

export interface Program {
  /** Arguments of `ApiKey` by logical name, in the program's order. */
  keys: Readonly<Record<string, Fields>>;
  /** Types of the components that a key stands in, by its name. */
  parents?: Readonly<Record<string, string>>;
  /** What a transform of the program makes of the inputs that the constructor wrote. */
  transform?: (name: string, inputs: Fields) => Fields;
  /** New name → old name: `aliases`. */
  aliases?: Readonly<Record<string, string>>;
}

export interface UpOptions {
  /** `refresh: always`. Default true. */
  refresh?: boolean;
  /** `--replace`, or `state taint`: no diff. */
  replace?: readonly string[];
  /** Dependents of these keys fail, before any delete. */
  brokenDependents?: readonly string[];
  /** `--exclude`: what stands in the state under these names is neither read nor changed. */
  exclude?: readonly string[];
  /** Name → the inputs through which that key depends on one that is deleted first, so that it is deleted first as well. */
  deletedFirst?: Readonly<Record<string, readonly string[]>>;
}

export interface SimOptions {
  project?: string;
  stack?: string;
  start: (names: { project: string; stack: string }) => Promise<ProviderRun>;
  /** True once this operation was killed: nothing more is recorded. */
  dead?: () => boolean;
}

/** What the engine sends for a text that isn't known yet. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The engine was killed. */
export class Killed extends Error {}

/**
 * The engine as `pulumi-facts.md` describes it, with its state in memory: the order of calls of `up`, `preview`,
 * `refresh` and `destroy`, pending deletes, init failures, delete-before-replace. Steps run one after another, so it shows
 * nothing about handlers that run at the same time.
 */
export class SimStack {
  entries: Entry[] = [];
  /** The secret that each key's dependents have been given. */
  readonly deployed = new Map<string, string>();
  /** What the last operation wrote. */
  log = "";
  readonly project: string;
  stack: string;
  readonly #options: SimOptions;

  constructor(options: SimOptions) {
    this.#options = options;
    this.project = options.project ?? "proj";
    this.stack = options.stack ?? "dev";
  }

  key(name: string): Entry | undefined {
    return this.entries.find((entry) => entry.kind === "key" && entry.name === name && entry.deleted !== true);
  }

  /** The id of a key in the state; "" where it holds none of that name. */
  id(name: string): string {
    return this.key(name)?.id ?? "";
  }

  /** What the state says of a key in one of its outputs. */
  output(name: string, field: string): unknown {
    return this.key(name)?.outputs[field];
  }

  snapshot(): Entry[] {
    return structuredClone(this.entries);
  }

  up(program: Program, options: UpOptions = {}): Promise<void> {
    return this.#run(async (run) => {
      const included = ({ name }: Entry) => options.exclude?.includes(name) !== true;
      if (options.refresh !== false) await this.#readAll(run, included);
      await this.#program(run, program, options);
      await this.#deletes(run, (entry) => !this.#declares(program, entry), included);
    });
  }

  /** What `up` would do, per key: `same`, `update`, `replace`, `create`, `delete`; without changing the state. */
  async preview(program: Program, options: UpOptions = {}): Promise<Record<string, string>> {
    const before = this.snapshot();
    const steps: Record<string, string> = {};
    try {
      await this.#run(async (run) => {
        if (options.refresh !== false) await this.#readAll(run);
        if (Object.keys(program.keys).length > 0) await this.#identityFor(run, true);
        for (const [name, args] of Object.entries(program.keys)) {
          steps[name] = await this.#previewKey(run, program, name, args);
        }
        for (const entry of this.entries) if (!this.#declares(program, entry)) steps[entry.id] = "delete";
      });
    } finally {
      this.entries = before;
    }
    return steps;
  }

  refresh(): Promise<void> {
    return this.#run((run) => this.#readAll(run));
  }

  destroy(refresh = true): Promise<void> {
    return this.#run(async (run) => {
      if (refresh) await this.#readAll(run);
      await this.#deletes(run, () => true);
    });
  }

  async #run(work: (run: ProviderRun) => Promise<void>): Promise<void> {
    const run = await this.#options.start({ project: this.project, stack: this.stack });
    try {
      await work(run);
    } finally {
      this.log = run.log();
      await run.end();
    }
  }

  async #readAll(run: ProviderRun, included = (_entry: Entry) => true): Promise<void> {
    for (const entry of this.entries.filter(included)) {
      const handlers = run[entry.kind];
      const { props, inputs } = await this.#call(handlers.read(entry.id, entry.outputs));
      entry.outputs = props;
      if (inputs !== undefined) entry.inputs = inputs;
      await this.#call(handlers.diff(entry.id, entry.outputs, entry.inputs));
    }
  }

  async #program(run: ProviderRun, program: Program, options: UpOptions): Promise<void> {
    if (Object.keys(program.keys).length > 0) await this.#identityFor(run, false);
    const forced = new Set(options.replace);
    for (const [name, inputs] of Object.entries(options.deletedFirst ?? {})) {
      if (await this.#deletedAsDependent(run.key, name, inputs)) forced.add(name);
    }
    for (const [name, args] of Object.entries(program.keys)) {
      if (options.exclude?.includes(name)) continue;
      await this.#keyStep(run, program, name, args, forced.has(name));
      if (options.brokenDependents?.includes(name)) throw new HandlerFailure(`a dependent of ${name} failed`);
      const secret = this.output(name, "apiKey");
      if (typeof secret === "string") this.deployed.set(name, secret);
    }
  }

  async #identityFor(run: ProviderRun, preview: boolean): Promise<void> {
    const known = this.entries.find((entry) => entry.kind === "identity");
    const news = { project: this.project, stack: this.stack };
    const { inputs } = await this.#call(run.identity.check(known?.inputs ?? {}, news));
    if (known !== undefined) {
      const { changes } = await this.#call(run.identity.diff(known.id, known.outputs, inputs));
      if (changes && !preview) {
        known.outputs = (await this.#call(run.identity.update(known.id, known.outputs, inputs))).outs;
      }
    } else if (!preview) {
      const { id, outs } = await this.#call(run.identity.create(inputs));
      this.entries.unshift({ kind: "identity", name: "zkscore", id, inputs, outputs: outs });
    }
  }

  async #keyStep(run: ProviderRun, program: Program, name: string, args: Fields, forced: boolean): Promise<void> {
    const news = this.#inputs(program, name, args);
    const old = this.#oldOf(program, name);
    if (old !== undefined) old.name = name;
    // The constructor sets `deleteBeforeReplace` where a name is given: it holds under `--replace`, too.
    const named = typeof args["name"] === "string";
    if (old === undefined || forced) {
      const { inputs } = await this.#checked(run.key, {}, news);
      if (old !== undefined && named) await this.#deleteFirst(run.key, old);
      return this.#create(run.key, name, inputs, old);
    }
    const { inputs } = await this.#checked(run.key, old.inputs, news);
    const difference = await this.#call(run.key.diff(old.id, old.outputs, inputs));
    if (difference.replaces.length > 0 || old.awaited === true) {
      const { inputs: fresh } = await this.#checked(run.key, {}, news);
      if (difference.deleteBeforeReplace || named) await this.#deleteFirst(run.key, old);
      return this.#create(run.key, name, fresh, old);
    }
    if (difference.changes || old.failed === true) return this.#update(run.key, old, inputs);
    old.inputs = inputs;
  }

  /** Asked with its old inputs, of which some aren't known, and without a `check` before. True if it was deleted. */
  async #deletedAsDependent(handlers: Handlers, name: string, inputs: readonly string[]): Promise<boolean> {
    const old = this.key(name);
    if (old === undefined) return false;
    const news = { ...old.inputs, ...Object.fromEntries(inputs.map((input) => [input, UNKNOWN])) };
    const { replaces } = await this.#call(handlers.diff(old.id, old.outputs, news));
    if (replaces.length > 0) await this.#deleteFirst(handlers, old);
    return replaces.length > 0;
  }

  async #deleteFirst(handlers: Handlers, entry: Entry): Promise<void> {
    if (entry.awaited === true) return;
    await this.#call(handlers.delete(entry.id, entry.outputs));
    entry.awaited = true;
  }

  async #previewKey(run: ProviderRun, program: Program, name: string, args: Fields): Promise<string> {
    const news = this.#inputs(program, name, args);
    const old = this.#oldOf(program, name);
    const { inputs } = await this.#checked(run.key, old?.inputs ?? {}, news);
    if (old === undefined) return "create";
    const { changes, replaces } = await this.#call(run.key.diff(old.id, old.outputs, inputs));
    return replaces.length > 0 ? "replace" : changes || old.failed === true ? "update" : "same";
  }

  async #create(handlers: Handlers, name: string, inputs: Fields, old: Entry | undefined): Promise<void> {
    const replaced = () => {
      if (old?.awaited === true) this.entries.splice(this.entries.indexOf(old), 1);
      else if (old !== undefined) old.deleted = true;
    };
    try {
      const { id, outs } = await this.#call(handlers.create(inputs));
      replaced();
      this.entries.push({ kind: "key", name, id, inputs, outputs: outs });
    } catch (error) {
      if (!(error instanceof HandlerFailure) || error.init === undefined) throw error;
      replaced();
      this.entries.push({ kind: "key", name, id: error.init.id, inputs, outputs: error.init.properties, failed: true });
      throw error;
    }
  }

  async #update(handlers: Handlers, entry: Entry, inputs: Fields): Promise<void> {
    try {
      const { outs } = await this.#call(handlers.update(entry.id, entry.outputs, inputs));
      Object.assign(entry, { inputs, outputs: outs, failed: false });
    } catch (error) {
      if (error instanceof HandlerFailure && error.init !== undefined) {
        Object.assign(entry, { inputs, outputs: error.init.properties, failed: true });
      }
      throw error;
    }
  }

  /** Replaced keys and removed ones, what depends on another first: the identity, of which all depend, last. */
  async #deletes(run: ProviderRun, gone: (entry: Entry) => boolean, included = (_entry: Entry) => true): Promise<void> {
    for (const entry of this.entries.toReversed().filter(included)) {
      if (entry.deleted !== true && !gone(entry)) continue;
      if (entry.awaited !== true) await this.#call(run[entry.kind].delete(entry.id, entry.outputs));
      this.entries.splice(this.entries.indexOf(entry), 1);
    }
  }

  async #checked(handlers: Handlers, olds: Fields, news: Fields) {
    const result = await this.#call(handlers.check(olds, news));
    if (result.failures.length > 0) throw new HandlerFailure(result.failures.join("\n"));
    return result;
  }

  /** A killed engine records nothing, whatever the handler came to. */
  async #call<T>(work: Promise<T>): Promise<T> {
    const outcome = await work.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    if (this.#options.dead?.() === true) throw new Killed();
    if ("error" in outcome) throw outcome.error;
    return outcome.value;
  }

  #oldOf(program: Program, name: string): Entry | undefined {
    const alias = program.aliases?.[name];
    return this.key(name) ?? (alias === undefined ? undefined : this.key(alias));
  }

  #declares(program: Program, entry: Entry): boolean {
    if (entry.kind === "identity") return Object.keys(program.keys).length > 0;
    return entry.name in program.keys && this.key(entry.name) === entry;
  }

  #inputs(program: Program, name: string, args: Fields): Fields {
    const identity = this.entries.find((entry) => entry.kind === "identity")?.outputs["identity"];
    // A preview of a new stack: the identity isn't known yet.
    const id = typeof identity === "string" ? identity : UNKNOWN;
    const { project, stack } = this;
    const parents = program.parents?.[name];
    const noted = { project, stack, name, ...(parents === undefined ? {} : { parents }) };
    const inputs = { ...args, ownership: { identity: id, owner: ownerOf(id, urnOf(noted)), ...noted } };
    return program.transform?.(name, inputs) ?? inputs;
  }
}
