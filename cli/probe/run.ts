import type { Account } from "../account.ts";
import { forget, journalFolder, leftBehind, note } from "./journal.ts";
import { type Assumption, judgeProbe, settingsFor } from "./judge.ts";
import { newProbeKey } from "./key.ts";
import { type Swept, strangers, sweep } from "./sweep.ts";
import { tryOne } from "./trials.ts";

/** What a probe came to. Names and ids only: its secret is never in it. */
export interface ProbeReport {
  key: { id: string; name: string };
  assumptions: Assumption[];
  settings: { name: string; value: string; why: string }[];
  /** Keys of this probe that live on. */
  left: Swept[];
  /** Keys that earlier probes left. */
  earlier: Swept[];
  /** Live keys that look like a probe's, of another machine: not touched. */
  strangers: { id: string; name: string }[];
  /** It was told to stop. */
  stopped: boolean;
}

/** Cleans up after earlier probes, then makes one key, tries it, and revokes it. Throws `ZkscoreError`. */
export async function probe({ client, list, endpoint, baseUrl, token }: Account): Promise<ProbeReport> {
  const folder = journalFolder(process.env);
  const place = endpoint.startsWith("http://loopback") ? baseUrl : endpoint;
  const stop = stopSignals();
  try {
    const entries = leftBehind(folder, place);
    const before = await list();
    const earlier = await sweep(client, folder, entries, before);
    const key = newProbeKey(before.serverTime);
    note(folder, { ...key, endpoint: place });
    const { observed, left } = await tryOne({ client, baseUrl, token }, key, before, {
      stopped: stop.asked,
      onClean: () => forget(folder, key),
    });
    return {
      key: { id: observed.created?.key.id ?? "", name: key.name },
      assumptions: judgeProbe(observed),
      settings: settingsFor(observed),
      left,
      earlier,
      strangers: strangers(before, entries).map(({ id, name }) => ({ id, name })),
      stopped: stop.asked(),
    };
  } finally {
    stop.end();
  }
}

/** The first Ctrl-C lets the key be revoked; a second one ends at once, and the next probe revokes it. */
function stopSignals() {
  let asked = false;
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const stop = () => {
    asked = true;
    unhook();
  };
  const unhook = () => {
    for (const signal of signals) process.off(signal, stop);
  };
  for (const signal of signals) process.on(signal, stop);
  return { asked: () => asked, end: unhook };
}
