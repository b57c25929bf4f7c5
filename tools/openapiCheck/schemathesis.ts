import { ensurePythonTool } from "../pythonTool.ts";

/** The pinned schemathesis's command; or why there is none. */
export function ensureSchemathesis(): Promise<{ command: string } | { missing: string }> {
  return ensurePythonTool({ name: "schemathesis", version: "4.32.5", command: "st" });
}
