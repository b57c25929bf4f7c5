import type { Env } from "../engine/project.ts";
import { fileBackend } from "./file.ts";
import type { Gate } from "./gate.ts";
import { postgresBackend } from "./postgres.ts";
import { s3Backend } from "./s3.ts";

/** A place for states that two machines reach. */
export interface Backend {
  /** What a machine needs in its environment. */
  readonly env: Env;
  /** What is stored, as text by name: all that whoever reads the place could read. */
  stored(): Promise<ReadonlyMap<string, string>>;
  /** The way to it, where it lies behind a network. */
  readonly gate?: Gate;
  close(): Promise<void>;
}

/** A backend, or why there is none here. */
export type Opened = Backend | { readonly missing: string };

/** All that are proved, by name. */
export const BACKENDS: Readonly<Record<string, () => Promise<Opened>>> = {
  file: fileBackend,
  PostgreSQL: postgresBackend,
  S3: s3Backend,
};
