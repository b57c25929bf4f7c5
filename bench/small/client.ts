import { createClient } from "../../provider/api/client.ts";
import { systemClock } from "../../provider/domain/clock.ts";
import { TOKEN } from "../contestants/contestant.ts";
import { median } from "../report/statistics.ts";
import type { Small } from "../results.ts";
import { startStandIn } from "../standIn/start.ts";

const CREATES = 1_000;
const AT_ONCE = 16;
const LISTINGS = 10;

/** What the client manages against an API that answers at once: creations side by side, and whole listings. */
export async function measureClient(): Promise<Small["client"]> {
  const api = await startStandIn({ latencyMs: 0, pageMax: 1_000 });
  const client = createClient({ baseUrl: api.baseUrl, token: TOKEN, clock: systemClock() });
  try {
    const before = performance.now();
    const left = Array.from({ length: CREATES }, (_, index) => `k${index}`).values();
    const worker = async () => {
      for (const name of left) await client.create({ name, permissions: [{ resource: "scores", actions: ["read"] }] });
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    const createsASecond = CREATES / ((performance.now() - before) / 1_000);
    const times: number[] = [];
    for (let n = 0; n < LISTINGS; n++) {
      const start = performance.now();
      const { keys, complete } = await client.list("fresh");
      times.push(performance.now() - start);
      if (keys.size !== CREATES || !complete) throw new Error(`the listing has ${keys.size} of ${CREATES} keys`);
    }
    return { createsASecond, listed: CREATES, listMs: median(times) };
  } finally {
    await client.close();
    api.stop();
  }
}
