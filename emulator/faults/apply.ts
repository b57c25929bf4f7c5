import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { JournalEntry } from "../store/journal.ts";
import { type Answer, distort } from "./distort.ts";
import type { Held, Holds } from "./holds.ts";
import type { DueFault } from "./registry.ts";
import type { FaultKind, FaultSpec, Phase } from "./spec.ts";

/** One request, as faults see it. */
export interface Exchange {
  response: ServerResponse;
  due: readonly DueFault[];
  entry: JournalEntry;
  note(change: Partial<JournalEntry>): void;
  holds: Holds;
  /** Fires when the client has gone. */
  left: AbortSignal;
  /** Fires when the emulator stops. */
  stopping: AbortSignal;
}

/** Thrown when there is nobody to answer any more. */
export class Cut extends Error {}

/** Thrown by a fault that answers in the operation's place. */
export class RespondInstead extends Error {
  readonly answer: Partial<Answer>;
  constructor(answer: Partial<Answer>) {
    super("a fault answers");
    this.answer = answer;
  }
}

/** Applies the faults of a phase, in the order they were added. Throws `Cut` or `RespondInstead`. */
export async function applyFaults(exchange: Exchange, phase: Phase): Promise<void> {
  for (const fault of exchange.due) {
    if (fault.phase === phase) await apply(exchange, fault);
  }
}

/** An answer with what the faults that change its looks make of it; for those, the phase makes no difference. */
export function distorted(exchange: Exchange, plain: Answer): Answer {
  let answer = plain;
  for (const fault of exchange.due) {
    const other = distort(answer, fault.spec);
    if (other === undefined) continue;
    answer = other;
    record(exchange, fault);
  }
  return answer;
}

/** Takes a fault of a kind that changes what a list says, if one is due. */
export function takeFault<K extends FaultKind>(exchange: Exchange, kind: K): (FaultSpec & { kind: K }) | undefined {
  for (const fault of exchange.due) {
    if (!isKind(fault.spec, kind)) continue;
    record(exchange, fault);
    return fault.spec;
  }
  return undefined;
}

function isKind<S extends { kind: string }, K extends S["kind"]>(spec: S, kind: K): spec is S & { kind: K } {
  return spec.kind === kind;
}

/** Counts a fault that takes effect, and journals it. */
function record(exchange: Exchange, fault: DueFault): void {
  fault.count();
  exchange.note({ faults: [...exchange.entry.faults, `${fault.spec.kind}@${fault.phase}`] });
}

/** What holds a request, or cuts its connection. */
const GATES: readonly FaultKind[] = ["reset", "close", "delay", "hang", "pause"];
/** What answers in the operation's place. */
const REPLACEMENTS: readonly FaultKind[] = ["html", "empty", "status"];

/** Whether an answer must stop half way, for a fault to hold it or to cut it there. */
export function stopsWithin({ due }: Exchange): boolean {
  return due.some(({ phase, spec }) => (phase === "headers" || phase === "body") && GATES.includes(spec.kind));
}

async function apply(exchange: Exchange, fault: DueFault): Promise<void> {
  const { spec } = fault;
  if (!GATES.includes(spec.kind) && !REPLACEMENTS.includes(spec.kind)) return; // applied where answers and lists are made
  record(exchange, fault);
  switch (spec.kind) {
    case "reset":
      exchange.response.socket?.resetAndDestroy();
      throw new Cut();
    case "close":
      exchange.response.socket?.destroySoon();
      throw new Cut();
    case "delay":
      return sleep(spec.ms, undefined, { signal: exchange.stopping }).catch(() => {
        throw new Cut();
      });
    case "hang":
    case "pause":
      return hold(exchange, spec.kind, fault.phase);
    case "html":
      throw new RespondInstead({ status: spec.status ?? 502, headers: HTML, body: PROXY_PAGE });
    case "empty":
      throw new RespondInstead({ body: "", ...(spec.status === undefined ? {} : { status: spec.status }) });
    case "status": {
      const { status, headers = {}, body } = spec;
      const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
      throw new RespondInstead({ status, headers, ...(text === undefined ? {} : { body: text }) });
    }
  }
}

async function hold(exchange: Exchange, kind: Held["kind"], phase: Phase): Promise<void> {
  const { operation, requestId, keyId } = exchange.entry;
  const about = { kind, phase, operation, requestId, keyId };
  // A paused request continues even if its client died: a server doesn't notice either. A hanging one is dropped then.
  const how = await exchange.holds.hold(about, kind === "hang" ? exchange.left : undefined);
  if (how === "gone") throw new Cut();
}

const HTML = { "Content-Type": "text/html" };
const PROXY_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n";
