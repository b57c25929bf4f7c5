import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { VALUE } from "../support/badInputs.ts";
import { describeWithEngine } from "../support/engine/describe.ts";
import type { Env } from "../support/engine/project.ts";
import { succeed } from "../support/engine/stack.ts";
import { freshWorld, world } from "../support/fixture.ts";
import { inWhole } from "../support/share.ts";
import { keysProgram, READ_SCORES } from "../support/world.ts";

describeWithEngine("bad input on the real engine", () => {
  test("preview itself fails, names every mistake of a key, and sends no request", { timeout: 120_000 }, async () => {
    await freshWorld({
      program: keysProgram({
        bad: `{
          permissions: [{ resource: "${VALUE}", actions: ["fly"], restrictions: { ipWhitelist: ["10.0.0.1/8"], identities: ["alice"] } }],
          name: "", descripton: "${VALUE}", expiry: "tomorrow", expiresIn: "soon", deletionPolicy: "keep",
          rateLimit: { requestsPerMinute: 5, burstLimit: 6 }, rotation: { every: "monthly" },
          webhooks: [{ url: "${VALUE}", events: [] }], metadata: { "pulumi:owner": "${VALUE}" },
        }`,
      }),
    });
    const preview = await world.stack.preview();
    expect(preview.code).not.toBe(0);
    expect(world.requests()).toEqual([]);
    expect(preview.output).not.toContain(VALUE);
    expectNoStackTrace(preview.output);
    const named = errors(preview.output).map((line) => /has a problem: ([^:]*(?::\w+)?): .*; /.exec(line)?.[1]);
    expect(named.sort()).toEqual([
      "deletionPolicy",
      "descripton",
      "expiresIn",
      "expiry",
      "metadata.pulumi:owner",
      "name",
      "permissions[0].actions[0]",
      "permissions[0].resource",
      "permissions[0].restrictions.identities[0]",
      "permissions[0].restrictions.ipWhitelist[0]",
      "rateLimit.burstLimit",
      "rotation.every",
      "webhooks[0].events",
      "webhooks[0].url",
    ]);
  });

  test.runIf(inWhole("wrong connections"))(
    "a wrong connection is one error a person can act on, and changes nothing",
    { timeout: 240_000 },
    async () => {
      await freshWorld({ program: keysProgram({ a: `{ ${READ_SCORES} }` }) });
      const page = await htmlServer();
      const cases: [string, Env, RegExp][] = [
        [
          "no token",
          { ZKSCORE_TOKEN: undefined },
          /\[ZKS_CONFIG\]\s+cause: +neither ZKSCORE_TOKEN nor zkscore:token is set\s+remedy: +Set ZKSCORE_TOKEN/,
        ],
        [
          "wrong token",
          { ZKSCORE_TOKEN: "zkm_wrong-token" },
          /\[ZKS_UNAUTHORIZED, HTTP 401.*\]\s+cause: +the token in ZKSCORE_TOKEN .*\s+remedy: +Set ZKSCORE_TOKEN/,
        ],
        [
          "unreachable",
          { ZKSCORE_BASE_URL: "http://127.0.0.1:1/v1" },
          /\[ZKS_UNREACHABLE\]\s+cause: .*could not be reached.*\s+remedy: +Check the network, the proxy .HTTPS_PROXY., and ZKSCORE_BASE_URL/,
        ],
        [
          "a proxy's page",
          { ZKSCORE_BASE_URL: page },
          /\[ZKS_MALFORMED, HTTP 200\]\s+cause: .*probably a proxy or a wrong base URL.*\s+remedy: +Check ZKSCORE_BASE_URL/,
        ],
      ];
      for (const [name, env, says] of cases) {
        const up = await world.stack.up([], env);
        expect(up.code, name).not.toBe(0);
        expect(up.output, name).toMatch(says);
        expect(up.output, name).not.toContain("wrong-token");
        expectNoStackTrace(up.output);
        expect(errors(up.output), `${name}: said once`).toHaveLength(1);
      }
      expect(world.requests().filter((operation) => operation !== "list")).toEqual([]);
      await succeed(world.stack.up());
      expect(world.live()).toHaveLength(1);
    },
  );
});

/** Errors in the list of diagnostics, save the engine's own closing line. */
function errors(output: string): string[] {
  const shown = output.slice(output.indexOf("Diagnostics:")).match(/error: .*/g) ?? [];
  return shown.filter((line) => !/update failed|preview failed/.test(line));
}

function expectNoStackTrace(output: string): void {
  expect(output).not.toMatch(/\n\s+at .*[:(]\d+|node_modules|\.js:\d+|Error: Error/);
}

async function htmlServer(): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end("<html><body>Please log in</body></html>");
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address() as AddressInfo; // a TCP server has this
  return `http://127.0.0.1:${address.port}/v1`;
}
