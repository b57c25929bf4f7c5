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
  const held = new Map<number, Held & { go(how: "released" | "gone"): void }>();
  const waiting = new Map<() => void, (why: Error) => void>();
  let nextId = 1;
  let isShut = false;
  const facts = ({ id, kind, operation, phase, requestId, keyId }: Held): Held => {
    return { id, kind, operation, phase, requestId, keyId };
  };
  return {
    hold: (about, left) =>
      new Promise((resolve) => {
        const id = nextId++;
        const go = (how: "released" | "gone"): void => {
          held.delete(id);
          resolve(how);
        };
        if (left?.aborted === true || isShut) return resolve("gone");
        left?.addEventListener("abort", () => go("gone"), { once: true });
        held.set(id, { ...about, id, go });
        for (const look of [...waiting.keys()]) look();
      }),
    wait: (filter = {}) =>
      new Promise((resolve, reject) => {
        const { operation, phase, timeoutMs = 30_000 } = filter;
        const done = (): void => {
          waiting.delete(look);
          clearTimeout(timer);
        };
        const look = (): void => {
          for (const one of held.values()) {
            if (operation !== undefined && operation !== one.operation) continue;
            if (phase !== undefined && phase !== one.phase) continue;
            done();
            resolve(facts(one));
            return;
          }
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
      const going = [...held.values()].filter((one) => id === undefined || one.id === id);
      for (const one of going) one.go("released");
      return going.length;
    },
    list: () => [...held.values()].map(facts),
    shut: () => {
      isShut = true;
      for (const one of [...held.values()]) one.go("gone");
      for (const fail of [...waiting.values()]) fail(new Error("the emulator stops"));
    },
  };
}
