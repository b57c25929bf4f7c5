import { runOnAccount } from "./quickstart/onAccount.ts";

// `npm run pulumi -- ARGS`: the Pulumi CLI on the quick start's local backend.
runOnAccount((pulumi) => [pulumi, ...process.argv.slice(2)]);
