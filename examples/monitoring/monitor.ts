import { getApiKeys, getUsage, ZkscoreError } from "pulumi-zkscore";
import { attention } from "./attention.ts";

// Prints a message as Slack's, Mattermost's and Teams' hooks take it. Exit code: 0 nothing to do, 3 somebody has to look,
// 1 it couldn't look, which somebody has to see as well. It reads ZKSCORE_TOKEN, as the provider does.
try {
  const yesterday = new Date(Date.now() - 86_400_000).toISOString();
  const [keys, { usage }] = await Promise.all([getApiKeys(), getUsage({ from: yesterday })]);
  const live = keys.filter(({ status }) => status === "active" || status === "inactive").length;
  const found = attention(keys, usage, Date.now());
  const what = found.length === 0 ? "nothing needs attention" : ["attention:", ...found].join("\n• ");
  say(`ZKScore: live keys: ${live}, requests in a day: ${usage.totalRequests}; ${what}`);
  process.exitCode = found.length === 0 ? 0 : 3;
} catch (error) {
  // The code alone: the message is for the log, not for a channel.
  say(`ZKScore: the keys could not be looked at (${error instanceof ZkscoreError ? error.code : "see the log"})`);
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function say(text: string): void {
  console.log(JSON.stringify({ text }));
}
