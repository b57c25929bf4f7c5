import { systemClock } from "../../provider/domain/clock.ts";
import { keyHandlers } from "../../provider/host/apiKey.ts";
import { plain } from "../../test/support/host/handlers.ts";
import { startInProcess } from "../../test/support/host/inProcess.ts";
import { ownershipOf } from "../../test/support/ownership.ts";
import { inputsOf, TOKEN } from "../contestants/contestant.ts";
import { median } from "../report/statistics.ts";
import { startStandIn } from "../standIn/start.ts";

const CALLS = 2_000;
/** Before that the engine of JavaScript is still compiling. */
const WARM_UP = 500;

/** One call of `check` and of `diff` for a key that exists, in this process, median of many; µs. */
export async function measureHandlers(): Promise<{ checkMicros: number; diffMicros: number }> {
  const api = await startStandIn({ latencyMs: 0, pageMax: 1_000 });
  const run = startInProcess({
    env: { ZKSCORE_BASE_URL: api.baseUrl, ZKSCORE_TOKEN: TOKEN },
    project: "proj",
    stack: "dev",
    clock: systemClock(),
    random: () => "00000000",
  });
  try {
    const news = { ...inputsOf(0, false), ownership: ownershipOf("i") };
    const { inputs } = await run.key.check({}, news);
    const { id, outs } = await run.key.create(inputs);
    const handlers = keyHandlers({ context: () => run.context, revokeIfEngineGone: async () => {} });
    // As they come from the wire: objects that nobody has seen.
    const checkMicros = await micros(
      () => [plain(inputs), plain(news)],
      ([olds, given]) => handlers.check(olds, given),
    );
    const diffMicros = await micros(
      () => [plain(outs), plain(inputs)],
      ([olds, given]) => handlers.diff(id, olds, given),
    );
    return { checkMicros, diffMicros };
  } finally {
    await run.end();
    api.stop();
  }
}

type Pair = [olds: Record<string, unknown>, news: Record<string, unknown>];

async function micros(prepare: () => Pair, call: (prepared: Pair) => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < WARM_UP + CALLS; n++) {
    const prepared = prepare();
    const before = performance.now();
    await call(prepared);
    times.push((performance.now() - before) * 1_000);
  }
  return median(times.slice(WARM_UP));
}
