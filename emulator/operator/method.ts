import { z } from "zod";
import type { ServeContext } from "../http/context.ts";

/** What the operator's methods work on. */
export type OperatorContext = Pick<ServeContext, "core" | "faults" | "holds" | "journal">;

/** A method's arguments: by name and in order, as a request's body holds them, or the one argument that is the body. */
export type Arguments = readonly (readonly [name: string, schema: z.ZodType])[] | z.ZodType;
type Values<A> =
  A extends z.ZodType<infer V>
    ? [V]
    : A extends readonly [readonly [string, z.ZodType<infer V>], ...infer Rest]
      ? [V, ...Values<Rest>]
      : [];

/** One method of the table; `run` gets its arguments in their order. */
export function method<
  const A extends Arguments,
  F extends (context: OperatorContext, ...values: Values<A>) => unknown,
>(args: A, run: F): { args: A; run: F } {
  return { args, run };
}

/** A method, whatever its arguments. */
export interface Method {
  args: Arguments;
  run(context: OperatorContext, ...values: never[]): unknown;
}
export interface Methods {
  [name: string]: Method | Methods;
}

/** A table's methods as a process calls them that has their context. */
export type Called<T> = {
  [K in keyof T]: T[K] extends { run: (context: OperatorContext, ...values: infer V) => infer R }
    ? (...values: V) => R
    : Called<T[K]>;
};

/** Makes something of every method, nested as the table is; `name` is the whole one (`faults.add`). */
export function eachMethod(table: Methods, make: (name: string, method: Method) => unknown, path = ""): object {
  const entries = Object.entries(table).map(([name, one]) => [
    name,
    isMethod(one) ? make(path + name, one) : eachMethod(one, make, `${path}${name}.`),
  ]);
  return Object.fromEntries(entries);
}

function isMethod(one: Method | Methods): one is Method {
  return "run" in one;
}

/** A call's values as the body of a request. */
export function bodyOf({ args }: Method, values: readonly unknown[]): unknown {
  return args instanceof z.ZodType ? values[0] : Object.fromEntries(args.map(([name], index) => [name, values[index]]));
}

/** The body of a request as a call's values. Throws when it isn't what the arguments are. */
export function valuesOf({ args }: Method, body: unknown): unknown[] {
  if (args instanceof z.ZodType) return [args.parse(body)];
  const named = z.strictObject(Object.fromEntries(args)).parse(body);
  return args.map(([name]) => named[name]);
}

/** Runs a method on values that its types or its schemas have judged. */
export function call(context: OperatorContext, { run }: Method, values: readonly unknown[]): unknown {
  return run(context, ...(values as never[])); // of every method at once only this can be said
}
