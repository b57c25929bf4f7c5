import type { Operation } from "../contract/statuses.ts";
import { type FaultKind, type FaultSpec, faultSpec, KIND_PHASES, type Phase } from "./spec.ts";

/** What a fault's conditions are compared with, known when the request arrives. */
export interface Arrival {
  operation: Operation;
  keyId: string | null;
  account: number | null;
  offset: number | null;
}

/** A fault that is due for one request. */
export interface DueFault {
  spec: FaultSpec;
  phase: Phase;
  /** Called at the moment it takes effect. */
  count(): void;
}

export interface FaultState {
  id: number;
  spec: FaultSpec;
  /** Requests that matched so far. */
  calls: number;
  /** Times it took effect; less than due when requests ended before its phase. */
  hits: number;
}

/** The faults there are; `add`, `clear` and `list` are the operator's, told in `operator/table.ts`. */
export interface FaultRegistry {
  add(spec: FaultSpec): number;
  clear(id?: number): void;
  list(): FaultState[];
  /** Counts an arrival and returns what is due for it, in the order the faults were added. */
  due(arrival: Arrival): DueFault[];
}

export function faultRegistry(): FaultRegistry {
  const states: (FaultState & { phase: Phase; given: number })[] = [];
  let nextId = 1;
  return {
    add: (input) => {
      const spec = faultSpec.parse(input);
      const phase = phaseOf(spec.kind, spec.phase);
      const id = nextId++;
      states.push({ id, spec, phase, calls: 0, hits: 0, given: 0 });
      return id;
    },
    clear: (id) => {
      const kept = id === undefined ? [] : states.filter((state) => state.id !== id);
      states.splice(0, states.length, ...kept);
    },
    list: () => states.map(({ id, spec, calls, hits }) => ({ id, spec, calls, hits })),
    due: (arrival) => {
      const due: DueFault[] = [];
      for (const state of states) {
        if (!matches(state.spec, arrival)) continue;
        state.calls += 1;
        const { nth = 1, every, times = every === undefined ? 1 : Number.POSITIVE_INFINITY } = state.spec;
        const past = state.calls - nth;
        if (past < 0 || past % (every ?? 1) !== 0 || state.given >= times) continue;
        state.given += 1;
        due.push({
          spec: state.spec,
          phase: state.phase,
          count: () => {
            state.hits += 1;
          },
        });
      }
      return due;
    },
  };
}

function phaseOf(kind: FaultKind, asked: Phase | undefined): Phase {
  const allowed = KIND_PHASES[kind];
  const phase = asked ?? allowed[0];
  if (phase === undefined || !allowed.includes(phase)) {
    throw new RangeError(`a ${kind} fault has no meaning at ${String(phase)}: use ${allowed.join(", ")}`);
  }
  return phase;
}

function matches(spec: FaultSpec, arrival: Arrival): boolean {
  if (spec.operation !== "any" && spec.operation !== arrival.operation) return false;
  if (spec.keyId !== undefined && spec.keyId !== arrival.keyId) return false;
  if (spec.account !== undefined && spec.account !== arrival.account) return false;
  return spec.minOffset === undefined || (arrival.offset !== null && arrival.offset >= spec.minOffset);
}
