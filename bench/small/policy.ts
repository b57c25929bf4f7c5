import { join } from "node:path";
import { COMPLIANT } from "../../policy/docs/example.ts";
import { render } from "../../policy/docs/render.ts";
import { createStack, succeed } from "../../test/support/engine/stack.ts";
import { packageRoot } from "../../tools/root.ts";
import { TOKEN } from "../contestants/contestant.ts";
import type { PolicyCost } from "../results.ts";
import { startStandIn } from "../standIn/start.ts";

/** A preview of keys that every policy accepts, without and with the pack by turns. */
export async function measurePolicy(keys: number, pairs: number): Promise<PolicyCost> {
  const api = await startStandIn({ latencyMs: 0, pageMax: 1_000 });
  const program = `import { ApiKey } from "pulumi-zkscore";
for (let i = 0; i < ${keys}; i++) new ApiKey("key-" + i, ${render(COMPLIANT, 0)});`;
  const env = { ZKSCORE_BASE_URL: api.baseUrl, ZKSCORE_TOKEN: TOKEN };
  try {
    const stack = await createStack({ program, stack: "acme-prod", env, timeoutMs: 3_600_000 });
    try {
      const pack = ["--policy-pack", join(packageRoot, "policy")];
      const [withoutMs, withMs]: [number[], number[]] = [[], []];
      for (let pair = 0; pair < pairs; pair++) {
        withoutMs.push((await succeed(stack.preview())).ms);
        withMs.push((await succeed(stack.preview(pack))).ms);
      }
      return { keys, withoutMs, withMs };
    } finally {
      stack.dispose();
    }
  } finally {
    api.stop();
  }
}
