import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { COMPLIANT } from "../../policy/docs/example.ts";
import { render } from "../../policy/docs/render.ts";
import { packageRoot } from "../../tools/root.ts";
import { workspaceEnv } from "../../tools/workspace.ts";
import { startCommand } from "../support/engine/command.ts";
import { describeWithEngine } from "../support/engine/describe.ts";
import { testEngine } from "../support/engine/find.ts";
import { succeed } from "../support/engine/stack.ts";
import { createWorld, keysProgram } from "../support/world.ts";

/**
 * `pulumi policy analyze --file` on two exported states, as somebody runs it who has the file and nothing else: no
 * login, no project, no passphrase, no network. The states are recorded; ZKSCORE_RECORD=1 records them again.
 */
const STATES = join(__dirname, "states");
const RECORD = process.env["ZKSCORE_RECORD"] === "1";
const runs = [
  { name: "compliant", now: "2026-12-01T00:00:00Z", code: 0 },
  { name: "violating", now: "2027-06-01T00:00:00Z", code: 1 },
] as const;

/** Everything that the provider's `check` lets through and the pack doesn't, in one production stack. */
const secret = '"0123456789abcdef0123456789abcdef"';
const PROGRAMS = {
  compliant: keysProgram({
    backend: render(COMPLIANT, 0),
    reports: render({ ...COMPLIANT, namePrefix: "reports" }, 0),
  }),
  violating: keysProgram({
    wide: `{ permissions: [{ resource: "all", actions: ["all"] }] }`,
    stagingWriter: `{
      permissions: [{ resource: "scores", actions: ["write"] }, { resource: "trading", actions: ["write"] }],
      rateLimit: { requestsPerMinute: 5000 }, expiry: "2032-01-01T00:00:00Z", metadata: { environment: "staging" },
      webhooks: [{ url: "http://localhost/hook?token=CANARYinQuery", events: ["score.updated"] }],
    }`,
    one: render({ ...COMPLIANT, webhooks: "HOOKS" }, 0).replace(
      '"HOOKS"',
      `[{ url: "https://a.acme.example/1", events: ["score.updated"], secret: ${secret} }]`,
    ),
    two: render({ ...COMPLIANT, webhooks: "HOOKS" }, 0).replace(
      '"HOOKS"',
      `[{ url: "https://b.acme.example/2", events: ["score.updated"], secret: ${secret} }]`,
    ),
    lists: render(
      {
        ...COMPLIANT,
        permissions: [
          {
            resource: "trust",
            actions: ["read"],
            restrictions: { ipWhitelist: ["10.0.0.0/8", "2.0.0.0/7", "203.0.113.7", "203.0.113.0/24"] },
          },
        ],
      },
      0,
    ),
  }),
};

describeWithEngine("pulumi policy analyze --file", () => {
  test.runIf(RECORD).each(runs)("records the $name state", async ({ name }) => {
    const world = await createWorld({ program: PROGRAMS[name], stack: "acme-prod" });
    try {
      await succeed(world.stack.up());
      writeFileSync(join(STATES, `${name}.json`), `${JSON.stringify(await world.stack.export(), null, 2)}\n`);
    } finally {
      await world.dispose();
    }
  });

  test.each(runs)("the $name state is judged as recorded", async ({ name, now, code }) => {
    const outcome = await analyze(join(STATES, `${name}.json`), now);
    const text = normal(outcome.output);
    await expect(text).toMatchFileSnapshot(join(STATES, `${name}.txt`));
    expect(outcome.code === 0 ? 0 : 1).toBe(code);
  });

  test("with the passphrase the webhooks are judged too, and no part of them is shown", async () => {
    const { output } = await analyze(join(STATES, "violating.json"), "2027-06-01T00:00:00Z", "zkscore");
    expect(output).toContain("webhooks[0].url: isn't https");
    expect(output).toContain("webhooks[0].url: has a query parameter that carries a secret");
    expect(output).toMatch(/webhooks\[0\]\.secret: is the same as that of webhooks\[0\] of the key (one|two)/);
    expect(output).not.toContain("not judged");
    expect(output).not.toMatch(/CANARY|0123456789abcdef/);
  });

  test("the violating state breaks every policy that can be judged from a state", () => {
    const text = readFileSync(join(STATES, "violating.txt"), "utf8");
    const broken = [
      ...new Set([...text.matchAll(/^\s+- \[\w+\]\s+(?:\[severity: \w+\]\s+)?([a-z-]+)/gm)].map((match) => match[1])),
    ];
    expect(broken.sort()).toMatchInlineSnapshot(`
      [
        "environment-isolation",
        "expiry-horizon",
        "expiry-required",
        "ip-allow-list",
        "no-destructive-actions",
        "no-toxic-combination",
        "no-wildcard-access",
        "no-write-in-production",
        "ownership",
        "rate-limit",
        "restricted-writes",
        "rotation-age",
        "rotation-required",
        "secret-stays-secret",
        "webhook-https",
        "webhook-secret",
      ]
    `);
    expect(text).not.toContain("CANARY");
  });
});

async function analyze(file: string, now: string, passphrase?: string) {
  const engine = await testEngine();
  const folder = mkdtempSync(join(tmpdir(), "zkscore-analyze-"));
  try {
    const { PULUMI_CONFIG_PASSPHRASE: _none, PULUMI_BACKEND_URL: _no, ...env } = workspaceEnv(folder);
    return await startCommand(
      engine.pulumi,
      [
        "policy",
        "analyze",
        "--file",
        file,
        "--policy-pack",
        join(packageRoot, "policy"),
        "--color",
        "never",
        "--non-interactive",
      ],
      {
        cwd: folder,
        env: {
          ...env,
          ...engine.env,
          PULUMI_CONFIG_PASSPHRASE: passphrase,
          CI: undefined,
          ZKSCORE_NOW: now,
          ZKSCORE_BASE_URL: "http://127.0.0.1:9/v1",
          ZKSCORE_TOKEN: undefined,
          ZKSCORE_PLAN: undefined,
        },
        timeoutMs: 60_000,
      },
    ).done;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Without what differs from machine to machine and run to run: paths, progress. */
function normal(output: string): string {
  const from = output.indexOf("Policies:");
  return output
    .slice(Math.max(0, from))
    .replaceAll(packageRoot, "<package>")
    .replaceAll(/^Duration: .*$/gm, "")
    .trimEnd()
    .concat("\n");
}
