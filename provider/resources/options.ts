import type { CustomResourceOptions } from "@pulumi/pulumi/resource";
import { type KeyOptions, OPERATIONS, type Operation, type Timeouts } from "../domain/options.ts";

/** The options that `check` and the handlers honour themselves, as an input; none where none is set. */
export function optionsInput(opts: CustomResourceOptions): { options?: KeyOptions } {
  const timeouts = timeoutsOf(opts);
  const { replaceOnChanges = [] } = opts;
  const options: KeyOptions = {
    ...(replaceOnChanges.length === 0 ? {} : { replaceOnChanges: [...new Set(replaceOnChanges)].sort() }),
    ...(Object.keys(timeouts).length === 0 ? {} : { timeouts }),
  };
  return Object.keys(options).length === 0 ? {} : { options };
}

/** The lowest SDK that is promised has no `read` in its types; the option reaches us all the same. */
function spansOf({ customTimeouts }: CustomResourceOptions): Partial<Record<Operation, string>> {
  return customTimeouts ?? {};
}

function timeoutsOf(opts: CustomResourceOptions): Timeouts {
  const timeouts: Timeouts = {};
  for (const operation of OPERATIONS) {
    const seconds = spanSeconds(spansOf(opts)[operation] ?? "");
    if (seconds !== undefined && seconds > 0) timeouts[operation] = seconds;
  }
  return timeouts;
}

/** Those that neither we nor the engine can read: it would end the program with a stack. */
export function unreadTimeouts(opts: CustomResourceOptions): Operation[] {
  return OPERATIONS.filter((operation) => {
    const text = spansOf(opts)[operation] ?? "";
    return text !== "" && spanSeconds(text) === undefined;
  });
}

const UNIT_SECONDS = { ms: 0.001, s: 1, m: 60, h: 3_600 } as const;

/** Seconds of a span as the engine reads it (Go): `90s`, `5m`, `1h30m`. */
function spanSeconds(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/([\d.]+)(ms|s|m|h)/g)];
  // The pattern allows only these units.
  return parts.reduce(
    (sum, [, count, unit]) => sum + Number(count) * UNIT_SECONDS[unit as keyof typeof UNIT_SECONDS],
    0,
  );
}
