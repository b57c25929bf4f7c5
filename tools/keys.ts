import { join } from "node:path";
import { runOnAccount } from "./quickstart/onAccount.ts";
import { packageRoot } from "./root.ts";

// `npm run keys -- ARGS`: `zkscore-keys` on the quick start's account.
runOnAccount(() => [process.execPath, join(packageRoot, "dist", "cli", "main.js"), ...process.argv.slice(2)]);
