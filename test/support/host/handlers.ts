/** Properties as the engine's protocol carries them. */
export type Fields = Record<string, unknown>;

/** One resource type's handlers as the engine sees them: whatever serves them, a process or this one. */
export interface Handlers {
  check(olds: Fields, news: Fields): Promise<{ inputs: Fields; failures: string[] }>;
  diff(id: string, olds: Fields, news: Fields): Promise<Difference>;
  create(inputs: Fields): Promise<{ id: string; outs: Fields }>;
  read(id: string, props: Fields): Promise<{ id: string; props: Fields; inputs?: Fields }>;
  update(id: string, olds: Fields, news: Fields): Promise<{ outs: Fields }>;
  delete(id: string, props: Fields): Promise<void>;
}

export interface Difference {
  changes: boolean;
  replaces: string[];
  deleteBeforeReplace: boolean;
}

/** The provider of one engine operation: one process, one memory. */
export interface ProviderRun {
  key: Handlers;
  identity: Handlers;
  /** What it wrote for the person who runs Pulumi. */
  log(): string;
  end(): Promise<void>;
}

export interface RunOptions {
  /** ZKSCORE_ variables. */
  env: Readonly<Record<string, string | undefined>>;
  project: string;
  stack: string;
}

/** What a handler threw. `init`: the resource exists all the same, with these properties. */
export class HandlerFailure extends Error {
  readonly init: { id: string; properties: Fields } | undefined;

  constructor(message: string, init?: { id: string; properties: Fields }) {
    super(message);
    this.name = "HandlerFailure";
    this.init = init;
  }
}

/** Works through the engine's protocol, where nothing but JSON survives. */
export function plain(fields: Fields): Fields {
  return JSON.parse(JSON.stringify(fields));
}
