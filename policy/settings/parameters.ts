import type { PolicyConfigJSONSchema } from "@pulumi/policy/schema";
import { durationMs } from "../../provider/domain/duration.ts";

/** One parameter of a policy: its JSON schema for the CLI, its default, and a check for runs without the CLI. */
export interface Parameter<T> {
  readonly schema: PolicyConfigJSONSchema;
  readonly default: T;
  accepts(value: unknown): value is T;
}

export type Parameters = Readonly<Record<string, Parameter<unknown>>>;

/** The values of a policy's parameters, as its rule sees them: complete, defaults filled in. */
export type Values<P extends Parameters> = {
  readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never;
};

export function integer(description: string, preset: number, minimum = 0): Parameter<number> {
  return {
    schema: { type: "integer", description, default: preset, minimum },
    default: preset,
    accepts: (value): value is number => Number.isInteger(value) && Number(value) >= minimum,
  };
}

export function number(description: string, preset: number, minimum = 0): Parameter<number> {
  return {
    schema: { type: "number", description, default: preset, minimum },
    default: preset,
    accepts: (value): value is number => typeof value === "number" && value >= minimum,
  };
}

export function flag(description: string, preset: boolean): Parameter<boolean> {
  return {
    schema: { type: "boolean", description, default: preset },
    default: preset,
    accepts: (value): value is boolean => typeof value === "boolean",
  };
}

/** A string; `pattern` is a JSON-schema (and JavaScript) regular expression it must match. */
export function text(description: string, preset: string, pattern?: string): Parameter<string> {
  const shape = pattern === undefined ? undefined : new RegExp(pattern);
  return {
    schema: { type: "string", description, default: preset, ...(pattern === undefined ? {} : { pattern }) },
    default: preset,
    accepts: (value): value is string => typeof value === "string" && (shape?.test(value) ?? true),
  };
}

/** A regular expression given as text; one that doesn't compile is a configuration error, not a crash. */
export function regex(description: string, preset: string): Parameter<string> {
  return {
    schema: { type: "string", description, default: preset, format: "regex" },
    default: preset,
    accepts: (value): value is string => typeof value === "string" && compiles(value),
  };
}

/** A duration such as `24h`, by the provider's own grammar. */
export function duration(description: string, preset: string): Parameter<string> {
  return {
    schema: { type: "string", description, default: preset, pattern: "^[0-9]{1,9}[smhdw]$" },
    default: preset,
    accepts: (value): value is string => typeof value === "string" && durationMs(value) !== undefined,
  };
}

export function choice<const T extends string>(description: string, options: readonly T[], preset: T): Parameter<T> {
  return {
    schema: { type: "string", description, default: preset, enum: [...options] },
    default: preset,
    accepts: (value): value is T => options.some((option) => option === value),
  };
}

export function strings(description: string, preset: readonly string[]): Parameter<readonly string[]> {
  return {
    schema: { type: "array", items: { type: "string" }, description, default: [...preset] },
    default: preset,
    accepts: (value): value is readonly string[] => isStrings(value),
  };
}

/** A list of flat objects whose fields are all strings and all required. */
export function records<const F extends string>(
  description: string,
  fields: Readonly<Record<F, PolicyConfigJSONSchema>>,
  preset: readonly Readonly<Record<F, string>>[],
): Parameter<readonly Readonly<Record<F, string>>[]> {
  const names = Object.keys(fields);
  const accepts = (value: unknown): value is readonly Readonly<Record<F, string>>[] =>
    Array.isArray(value) &&
    value.every(
      (entry: unknown) =>
        isRecord(entry) &&
        Object.keys(entry).every((name) => names.includes(name)) &&
        Object.entries<PolicyConfigJSONSchema>(fields).every(([name, schema]) => fits(entry[name], schema)),
    );
  const items = { type: "object", properties: { ...fields }, required: names, additionalProperties: false } as const;
  return { schema: { type: "array", items, description, default: [...preset] }, default: preset, accepts };
}

/** A map from a name to a list of words. */
export function wordMap(
  description: string,
  preset: Readonly<Record<string, readonly string[]>>,
): Parameter<Readonly<Record<string, readonly string[]>>> {
  return {
    schema: {
      type: "object",
      additionalProperties: { type: "array", items: { type: "string" } },
      description,
      default: preset,
    },
    default: preset,
    accepts: (value): value is Readonly<Record<string, readonly string[]>> =>
      isRecord(value) && Object.values(value).every(isStrings),
  };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "string");
}

function fits(value: unknown, schema: PolicyConfigJSONSchema): boolean {
  if (typeof value !== "string" || value.length < (schema.minLength ?? 0)) return false;
  return schema.pattern === undefined || new RegExp(schema.pattern).test(value);
}

function compiles(source: string): boolean {
  try {
    new RegExp(source);
    return true;
  } catch {
    return false;
  }
}
