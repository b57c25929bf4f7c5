import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { JournalEntry } from "../store/journal.ts";
import type { Answer } from "./distort.ts";
import type { Held, Holds } from "./holds.ts";
import type { DueFault } from "./registry.ts";
import type { Phase } from "./spec.ts";

/** One request on its way through the phases. */
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
export class Instead extends Error {
  readonly answer: Partial<Answer>;
  constructor(answer: Partial<Answer>) {
    super("a fault answers");
    this.answer = answer;
  }
}

/** Marks a fault as having bitten, in its count and in the journal. */
export function bite(exchange: Exchange, fault: DueFault): void {
  fault.bit();
  exchange.note({ faults: [...exchange.entry.faults, `${fault.spec.kind}@${fault.phase}`] });
}

/** Lets the faults of a phase bite, in the order they were added. */
export async function pass(exchange: Exchange, phase: Phase): Promise<void> {
  for (const fault of exchange.due) {
    if (fault.phase === phase) await bend(exchange, fault);
  }
}

async function bend(exchange: Exchange, fault: DueFault): Promise<void> {
  const { spec } = fault;
  switch (spec.kind) {
    case "reset":
      bite(exchange, fault);
      exchange.response.socket?.resetAndDestroy();
      throw new Cut();
    case "close":
      bite(exchange, fault);
      exchange.response.socket?.destroySoon();
      throw new Cut();
    case "delay":
      bite(exchange, fault);
      await sleep(spec.ms, undefined, { signal: exchange.stopping }).catch(() => {
        throw new Cut();
      });
      return;
    case "hang":
    case "pause":
      bite(exchange, fault);
      return hold(exchange, spec.kind, fault.phase);
    case "html":
      bite(exchange, fault);
      throw new Instead({ status: spec.status ?? 502, headers: { "Content-Type": "text/html" }, body: PROXY_PAGE });
    case "empty":
      bite(exchange, fault);
      throw new Instead({ body: "", ...(spec.status === undefined ? {} : { status: spec.status }) });
    case "status": {
      bite(exchange, fault);
      const { status, headers = {}, body } = spec;
      const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
      throw new Instead({ status, headers, ...(text === undefined ? {} : { body: text }) });
    }
    default: // the kinds that change an answer or a list: applied where those are made
  }
}

async function hold(exchange: Exchange, kind: Held["kind"], phase: Phase): Promise<void> {
  const { operation, requestId, keyId } = exchange.entry;
  const about = { kind, phase, operation, requestId, keyId };
  // A paused request goes on though its client died: a server doesn't notice either. A hanging one ends with its client.
  const how = await exchange.holds.hold(about, kind === "hang" ? exchange.left : undefined);
  if (how === "gone") throw new Cut();
}

const PROXY_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n";
