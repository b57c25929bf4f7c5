import type { FaultSpec } from "./spec.ts";

/** An answer ready to be written. Header names as they go over the line. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[]>;
  body: string;
  /** Leave out `Date`, too. */
  bare?: boolean;
}

/** The answer as a fault that changes its looks makes it; `undefined` for the other kinds. */
export function distort(answer: Answer, fault: FaultSpec): Answer | undefined {
  const { headers, body } = answer;
  switch (fault.kind) {
    case "truncated":
      return { ...answer, body: body.slice(0, fault.bytes ?? Math.floor(body.length / 2)) };
    case "malformed":
      return { ...answer, body: body.replace(":", "=").replace(/.$/, ",,") };
    case "wrongType":
      return { ...answer, body: JSON.stringify(retype(JSON.parse(body), fault.field)) };
    case "wrongContentType":
      return { ...answer, headers: { ...headers, "Content-Type": "text/html; charset=utf-8" } };
    case "duplicateHeaders":
      return {
        ...answer,
        headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, twice(value)])),
      };
    case "missingHeaders":
      return { ...answer, headers: {}, bare: true };
    default:
      return undefined;
  }
}

function twice(value: string | string[]): string[] {
  const values = [value].flat();
  return [...values, /^\d+$/.test(values[0] ?? "") ? "0" : "other"];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function retype(value: unknown, field: string | undefined): unknown {
  if (!isRecord(value)) return value;
  if (field === undefined) return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, other(one)]));
  const path = field.split(".");
  const last = path.pop() ?? "";
  let parent: unknown = value;
  for (const step of path) parent = isRecord(parent) ? parent[step] : undefined;
  if (!isRecord(parent) || !(last in parent)) throw new RangeError(`the answer has no field ${field}`);
  parent[last] = other(parent[last]);
  return value;
}

/** A value of another type: what a careless reader would crash on. */
function other(value: unknown): unknown {
  if (typeof value === "string") return { value: 1 };
  if (typeof value === "number") return "many";
  if (typeof value === "boolean") return "yes";
  if (Array.isArray(value)) return { 0: "not a list" };
  return value === null ? false : 7;
}
