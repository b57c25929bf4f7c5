import { ApiKey } from "pulumi-zkscore";

const life = { expiresIn: "30d", rotation: { every: "21d", window: "2d", overlap: "24h" } };

const badges = new ApiKey("badges", {
  description: "Shows score badges",
  permissions: [{ resource: "scores", actions: ["read"] }],
  rateLimit: { requestsPerMinute: 60 },
  metadata: { owner: "team-web", purpose: "badges" },
  ...life,
});

// Without a rate limit, which the policies refuse: guard/index.ts exempts it, until the import is done.
const historyImport = new ApiKey("history-import", {
  description: "Imports the history of scores",
  permissions: [{ resource: "scores", actions: ["read"] }],
  metadata: { owner: "team-scores", purpose: "import" },
  ...life,
});

export const badgesKey = badges.apiKey;
export const importKey = historyImport.apiKey;
