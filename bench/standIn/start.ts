import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Seen } from "../operations.ts";

/** An API of its own process: what was asked of it, and what it cost. */
export interface StandIn {
  /** Origin and path prefix, as ZKSCORE_BASE_URL has it. */
  readonly baseUrl: string;
  /** Counts and processor time since the last time. */
  take(): Promise<Seen & { readonly cpuMs: number }>;
  stop(): void;
}

export interface StandInOptions {
  readonly latencyMs: number;
  /** Keys in a page, however many are asked for. */
  readonly pageMax: number;
}

export async function startStandIn({ latencyMs, pageMax }: StandInOptions): Promise<StandIn> {
  const args = [join(__dirname, "main.js"), String(latencyMs), String(pageMax)];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit").then(() => {
    throw new Error("the stand-in of the API ended at once");
  });
  ended.catch(() => {});
  const [origin] = await Promise.race([once(createInterface({ input: child.stdout }), "line"), ended]);
  return {
    baseUrl: `${origin}/v1`,
    take: async () => {
      const answer = await fetch(`${origin}/_take`, { method: "POST" });
      // The other end of the same file's protocol.
      return (await answer.json()) as Seen & { cpuMs: number };
    },
    stop: () => void child.kill("SIGKILL"),
  };
}
