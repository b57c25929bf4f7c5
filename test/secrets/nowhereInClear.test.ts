import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startEmulator } from "../../emulator/index.ts";
import { type Canaries, filesBelow, formsOf, leaksIn } from "../support/canaries.ts";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { freshWorld, world } from "../support/fixture.ts";
import type { World } from "../support/world.ts";

/** Every character that some encoding changes. */
const AWKWARD = `q"b\\s/p+e=c%a&l<t>`;

const secrets = {
  "management token": `zkm_7Kx!${AWKWARD}mVq2`,
  "webhook secret": `hook 9Wz ${AWKWARD} é7Rt`,
  "second webhook secret": `hook 4Pn ${AWKWARD} ü2Xc`,
  "configuration secret": `conf 3Ln ${AWKWARD} ö8Yw`,
  "secret metadata": `meta 6Hb ${AWKWARD} ä5Gk`,
  "secret trigger": `trig 1Js ${AWKWARD} ß4Dv`,
  "second secret trigger": `trig 8Cf ${AWKWARD} å9Zm`,
};

/** The values come by environment and configuration, so that the program's own text holds none of them. */
const program = (stage: "first" | "second") => `
import * as pulumi from "@pulumi/pulumi";
import { ApiKey } from "pulumi-zkscore";
const { HOOK, META, TRIGGER, ADOPT_ID, ADOPT_KEY } = process.env;
const permissions = [{ resource: "scores", actions: ["read"] }];
const made = new ApiKey("made", {
  permissions,
  description: new pulumi.Config().requireSecret("note"),
  webhooks: [
    { url: "https://b.example.com/", events: ["score.updated"], secret: HOOK },
    { url: "https://a.example.com/${stage}", events: ["score.updated"] },
  ],
  metadata: { team: "${stage}", token: pulumi.secret(META) },
  rotation: { trigger: pulumi.secret({ deep: TRIGGER }) },
});
const adopted = new ApiKey("adopted", { permissions, adopt: { keyId: ADOPT_ID, apiKey: ADOPT_KEY } });
export const secret = made.apiKey;
export const wrapped = pulumi.interpolate\`key=\${adopted.apiKey}\`;
`;

describeWithEngine("secrets", () => {
  test("are nowhere in clear: output of every command, state, history, backups, pending operations, journal", {
    timeout: 240_000,
  }, async () => {
    const api = await startEmulator({ accounts: [{ token: secrets["management token"] }] });
    const adopted = await madeByHand(api.url);
    await freshWorld({
      api,
      program: program("first"),
      secrets: { "zkscore:token": secrets["management token"], "test:note": secrets["configuration secret"] },
      env: {
        ZKSCORE_TOKEN: undefined,
        HOOK: secrets["webhook secret"],
        META: secrets["secret metadata"],
        TRIGGER: secrets["secret trigger"],
        ADOPT_ID: adopted.keyId,
        ADOPT_KEY: adopted.apiKey,
        PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: undefined,
      },
    });
    const { stack } = world;
    const canaries = new Map<string, string>([...Object.entries(secrets), ["adopted key", adopted.apiKey]]);
    const sinks = new Map<string, string>();
    const changed = { HOOK: secrets["second webhook secret"], TRIGGER: secrets["second secret trigger"] };

    sinks.set("preview", (await succeed(stack.preview())).output);
    sinks.set("preview --diff", (await succeed(stack.preview(["--diff"]))).output);
    sinks.set("up", (await succeed(stack.up())).output);
    canaries.set("issued key", String((await stack.outputs())["secret"]));

    sinks.set("refresh", (await succeed(stack.refresh())).output); // from here on metadata has a base line

    // Drift beside the secret ones: in the outputs, and in the inputs that a refresh writes back.
    const key = world.key("made");
    api.edit(key.id, { metadata: { ...key.metadata, team: "someone" }, webhooks: [], description: "someone's" });
    sinks.set("refresh --diff", (await succeed(stack.refresh(["--diff"]))).output);
    const drifted = await stack.export();
    expect(drifted.deployment.resources?.some(({ outputs }) => outputs?.["drift"] !== undefined)).toBe(true);
    sinks.set("export with drift", JSON.stringify(drifted));

    stack.setProgram(program("second"));
    sinks.set("preview --diff of changes", (await succeed(stack.preview(["--diff"], changed))).output);
    sinks.set("up --diff", (await succeed(stack.up(["--diff"], changed))).output);
    canaries.set("second issued key", String((await stack.outputs())["secret"]));

    sinks.set("up, killed", await killedInCreate(world));
    const killed = await stack.export();
    expect(killed.deployment.pending_operations).toHaveLength(1);
    sinks.set("export with a pending operation", JSON.stringify(killed));
    await succeed(stack.cancel());
    // All of them are in the state, and would be found if it were in clear (control).
    const clear = JSON.stringify(await stack.export(["--show-secrets"]));
    const kept = [...canaries.keys()].filter((name) =>
      leaksIn(clear, canaries).includes(`${name} as JSON in JSON by Go`),
    );
    expect(kept.sort()).toEqual([
      "adopted key",
      "configuration secret",
      "management token", // given by configuration, which the engine copies into the state
      "second issued key",
      "second webhook secret",
      "secret metadata",
      "webhook secret",
    ]);

    api.faults.add({ operation: "revoke", kind: "status", status: 403 });
    const failed = await stack.destroy();
    expect(failed.code).not.toBe(0);
    sinks.set("destroy, refused", failed.output);
    sinks.set("destroy --diff", (await succeed(stack.destroy(["--diff"]))).output);
    expect(world.live(), "the adopted key is retained").toEqual([adopted.keyId]);
    sinks.set("journal", JSON.stringify(api.journal()));
    for (const [name, text] of filesBelow(stack.folder)) sinks.set(name, text);

    expectKinds(sinks);
    const leaks = [...sinks].flatMap(([sink, text]) => leaksIn(text, canaries).map((leak) => `${sink}: ${leak}`));
    expect(leaks).toEqual([]);
    const forms = expectPlantedAreFound(sinks, canaries);
    expectPlantedFileIsFound(stack.folder, canaries);
    console.log(
      `secrets: ${canaries.size} in ${forms} spellings, ${sinks.size} sinks, 0 leaks; each planted one was found`,
    );
    await api.close();
  });
});

/** Kills the engine while a create waits, so that the state has a pending operation with its inputs. */
async function killedInCreate(at: World): Promise<string> {
  at.api.faults.add({ operation: "create", kind: "pause", phase: "beforeParse" });
  const running = at.stack.start(["up", "--stack", "dev", "--yes", "--skip-preview", "--diff"], {
    TRIGGER: secrets["secret trigger"],
    HOOK: secrets["webhook secret"],
  });
  await at.api.waitForPause({ operation: "create" });
  running.kill();
  const { output } = await running.done;
  at.api.release();
  return output;
}

/** The scan has looked at everything it is there for. */
function expectKinds(sinks: ReadonlyMap<string, string>): void {
  const names = [...sinks.keys()];
  const files = (part: string) => names.filter((name) => name.includes(part)).length;
  expect(files(".pulumi/stacks/"), "state").toBeGreaterThan(0);
  expect(files(".pulumi/history/"), "history").toBeGreaterThanOrEqual(8);
  expect(files(".pulumi/backups/"), "backups").toBeGreaterThan(0);
  expect(files("Pulumi.dev.yaml"), "configuration").toBe(1);
  expect([...sinks.values()].filter((text) => text.includes("createRequire")).length, "__provider").toBeGreaterThan(3);
  expect([...sinks.values()].filter((text) => text.trim() === "")).toEqual([]);
}

/** Plants every spelling of every secret in every sink, and expects the scan to find it. Returns how many spellings. */
function expectPlantedAreFound(sinks: ReadonlyMap<string, string>, canaries: Canaries): number {
  let planted = 0;
  for (const [name, secret] of canaries) {
    for (const [form, spelled] of Object.entries(formsOf(secret))) {
      planted += 1;
      for (const [sink, text] of sinks) {
        const middle = Math.floor(text.length / 2);
        // The neighbourhood stands for the whole text: the scan is a search for a substring.
        const around = text.slice(middle - 200, middle) + spelled + text.slice(middle, middle + 200);
        expect(leaksIn(around, new Map([[name, secret]])), sink).toContain(`${name} as ${form}`);
      }
    }
  }
  return planted / canaries.size;
}

function expectPlantedFileIsFound(folder: string, canaries: Canaries): void {
  writeFileSync(join(folder, "state", ".pulumi", "stacks", "planted.json"), JSON.stringify([...canaries.values()]));
  const found = [...filesBelow(folder)].flatMap(([, text]) => leaksIn(text, canaries));
  expect(found.filter((leak) => leak.endsWith("as JSON")).sort()).toEqual(
    [...canaries.keys()].map((n) => `${n} as JSON`).sort(),
  );
}

/** A key that exists before the stack does, with its secret. */
async function madeByHand(url: string): Promise<{ keyId: string; apiKey: string }> {
  const answer = await fetch(`${url}/developer/keys`, {
    method: "POST",
    headers: { authorization: `Bearer ${secrets["management token"]}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "made-by-hand", permissions: [{ resource: "scores", actions: ["read"] }] }),
  });
  // A border: the emulator's own answer, which the contract tests look at.
  return (await answer.json()) as { keyId: string; apiKey: string };
}
