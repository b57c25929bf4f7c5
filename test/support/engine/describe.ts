import { describe, test } from "vitest";
import type { Engine } from "../../../tools/engine/ensureEngine.ts";
import { EngineMissingError } from "../../../tools/engine/errors.ts";
import { testEngine } from "./find.ts";

/** `describe` for tests that need the real engine. Without one they are skipped, loudly; with `CI=true` that is a failure. */
export function describeWithEngine(name: string, body: (engine: Engine) => void): void {
  describe(name, async () => {
    try {
      body(await testEngine());
    } catch (error) {
      if (!(error instanceof EngineMissingError) || process.env["CI"] === "true") throw error;
      console.warn(`SKIPPED: ${name}\n${error.message}`);
      test.skip(`needs the Pulumi engine: ${error.message}`);
    }
  });
}
