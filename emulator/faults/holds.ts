import type { Operation } from "../contract/statuses.ts";
import type { Phase } from "./spec.ts";

/** A request that waits at a phase for the operator. */
export interface Held {
  id: number;
  kind: "pause" | "hang";
  operation: Operation;
  phase: Phase;
  requestId: string;
  keyId: string | null;
}

export interface HoldFilter {
  operation?: Operation | undefined;
  phase?: Phase | undefined;
  /** Rejects after this long (default 30,000 ms of real time). */
  timeoutMs?: number | undefined;
}

export interface Holds {
  /** Resolves when released; `gone` when `left` fires first. */
  hold(about: Omit<Held, "id">, left?: AbortSignal): Promise<"released" | "gone">;
  /** The oldest held request that fits, now or as soon as there is one. */
  wait(filter?: HoldFilter): Promise<Held>;
  /** Lets one go, or all; returns how many. */
  release(id?: number): number;
  list(): Held[];
  /** The emulator stops: whoever is held is `gone`, and so is whoever comes. */
  shut(): void;
}

export function holds(): Holds {
  const held = new Map<Held, (how: "released" | "gone") => void>();
  const waiting = new Map<() => void, (why: Error) => void>();
  let nextId = 1;
  let isShut = false;
  return {
    hold: (about, left) =>
      new Promise((resolve) => {
        if (left?.aborted === true || isShut) return resolve("gone");
        const one = { id: nextId++, ...about };
        const go = (how: "released" | "gone"): void => {
          held.delete(one);
          resolve(how);
        };
        left?.addEventListener("abort", () => go("gone"), { once: true });
        held.set(one, go);
        for (const look of [...waiting.keys()]) look();
      }),
    wait: ({ operation, phase, timeoutMs = 30_000 } = {}) =>
      new Promise((resolve, reject) => {
        const done = (): void => {
          waiting.delete(look);
          clearTimeout(timer);
        };
        const look = (): void => {
          const fits = (one: Held) =>
            (operation ?? one.operation) === one.operation && (phase ?? one.phase) === one.phase;
          const one = [...held.keys()].find(fits);
          if (one === undefined) return;
          done();
          resolve({ ...one });
        };
        const fail = (why: Error): void => {
          done();
          reject(why);
        };
        const timer = setTimeout(() => {
          fail(new Error(`no ${operation ?? "request"} reached a pause at ${phase ?? "any phase"} in ${timeoutMs} ms`));
        }, timeoutMs);
        waiting.set(look, fail);
        look();
      }),
    release: (id) => {
      const going = [...held].filter(([one]) => id === undefined || one.id === id);
      for (const [, go] of going) go("released");
      return going.length;
    },
    list: () => [...held.keys()].map((one) => ({ ...one })),
    shut: () => {
      isShut = true;
      for (const go of [...held.values()]) go("gone");
      for (const fail of [...waiting.values()]) fail(new Error("the emulator stops"));
    },
  };
}
