import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { filesBelow } from "../canaries.ts";
import type { Backend } from "./backend.ts";

/** A folder, as one that both machines mount. */
export async function fileBackend(): Promise<Backend> {
  const folder = mkdtempSync(join(tmpdir(), "zkscore-backend-"));
  return {
    env: { PULUMI_BACKEND_URL: `${pathToFileURL(folder)}?metadata=skip` },
    stored: async () => filesBelow(folder),
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
}
