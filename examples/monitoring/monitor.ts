import { getApiKeys, getUsage, ZkscoreError } from "pulumi-zkscore";
import { attention } from "./attention.ts";

/** Looks at the account that ZKSCORE_TOKEN leads to. Returns whether somebody has to look, too. */
async function look(): Promise<boolean> {
  const now = Date.now();
  const yesterday = new Date(now - 86_400_000).toISOString();
  const [keys, { usage }] = await Promise.all([getApiKeys(), getUsage({ from: yesterday })]);
  const live = keys.filter(({ status }) => status === "active" || status === "inactive").length;
  const found = attention(keys, usage, now);
  const what = found.length === 0 ? "nothing needs attention" : ["attention:", ...found].join("\n• ");
  say(`ZKScore: live keys: ${live}, requests in a day: ${usage.totalRequests}; ${what}`);
  return found.length > 0;
}

/** A message as the hooks of Slack, Mattermost and Teams take it. */
function say(text: string): void {
  console.log(JSON.stringify({ text }));
}

look().then(
  (attentionNeeded) => {
    process.exitCode = attentionNeeded ? 3 : 0;
  },
  (error: unknown) => {
    // A channel gets the code alone; the whole message is for the log.
    say(`ZKScore: the keys could not be looked at (${error instanceof ZkscoreError ? error.code : "see the log"})`);
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
