import { keyByHand } from "../host/world.ts";
import { type Bench, createBench, type Done } from "./bench.ts";
import { failed } from "./checks.ts";
import { judge, NOTHING } from "./track.ts";
import type { Tried } from "./verdicts.ts";

const KEY = `permissions: [{ resource: "scores", actions: ["read"] }]`;
const HEAD = `import { ErrorHook } from "@pulumi/pulumi";\nimport { ApiKey } from "pulumi-zkscore";\n`;
/** A request that the account never answers is given up within this, also on a slow machine; without a timeout it takes 75 s. */
const SOON_MS = 60_000;

/** Cells that only a failing API shows, or an account that holds keys already. */
export async function runSpecials(): Promise<Tried[]> {
  return [await retriedByHook(), await timedOut(), ...(await adoptedByTransform())];
}

/** Keys that exist, taken over by what a transform sets: its own, and a component's. Their secrets stand nowhere in clear. */
async function adoptedByTransform(): Promise<Tried[]> {
  const bench = await createBench({ program: HEAD, refreshAlways: true });
  const { api, stack } = bench.world;
  try {
    const own = await keyByHand(api, { name: "legacy-own" });
    const inherited = await keyByHand(api, { name: "legacy-inherited" });
    const by = (adopt: object) =>
      `transforms: [(t) => (t.type === ApiKey.__pulumiType ? { props: { ...t.props, adopt: ${JSON.stringify(adopt)} }, opts: t.opts } : undefined)]`;
    stack.setProgram(`${HEAD}import { ComponentResource } from "@pulumi/pulumi";
const home = new ComponentResource("test:index:Home", "home", {}, { ${by(inherited)} });
new ApiKey("own", { ${KEY} }, { ${by(own)} });
new ApiKey("inherited", { ${KEY} }, { parent: home });
`);
    const ids = { own: own.keyId, inherited: inherited.keyId };
    const done = await bench.run("up");
    const seen = await bench.look();
    const common = [...failed(done), ...(await bench.use()), ...(await bench.leaks()), ...(await bench.differences())];
    return Object.entries(ids).map(([name, id]) => {
      const held = seen.held.find(({ logicalName }) => logicalName === name)?.id;
      const problems = [
        ...common,
        ...(held === id && seen.live.has(id) ? [] : [`the state holds ${held}, and not ${id}`]),
        ...(done.writes.some(({ operation }) => operation !== "update")
          ? ["another key was made, or one revoked"]
          : []),
      ];
      const row = `transforms (adopt, a key that the account lists): ${name}`;
      return { row, situation: "create", run: "read", verdict: "honoured", problems };
    });
  } finally {
    await bench.world.dispose();
  }
}

/** An `onError` hook repeats a create that made its key and then failed: it gets that key again. */
async function retriedByHook(): Promise<Tried> {
  const program = (incident: number) => `${HEAD}let left = 2;
const again = new ErrorHook("again", () => left-- > 0);
new ApiKey("a", { ${KEY}, rotation: { compromised: ${incident} } }, { hooks: { onError: [again] } });
`;
  const bench = await createBench({ program: program(1), refreshAlways: true });
  try {
    const made = await bench.run("up");
    await bench.use();
    const first = judge("made", NOTHING, { names: ["a"], seen: await bench.look(), writes: made.writes });
    // The new key is made; the old one can't be revoked yet, so the create ends as an init failure.
    bench.world.api.faults.add({ operation: "revoke", kind: "status", status: 403, times: 100 });
    bench.world.stack.setProgram(program(2));
    const cut = await bench.run("up");
    const during = creates(cut) === 1 ? [] : [`${creates(cut)} keys were made by one up`];
    if (cut.outcome.code === 0) during.push("the up succeeded");
    bench.world.api.faults.clear();
    const mended = await bench.run("up");
    const last = judge("ended", first.after, { names: ["a"], seen: await bench.look(), writes: mended.writes });
    const broken = await bench.use();
    const problems = [...first.problems, ...during, ...failed(mended), ...last.problems, ...broken];
    return {
      row: "hooks (onError repeats the create): own",
      situation: "change",
      run: "read",
      verdict: "honoured",
      problems,
    };
  } finally {
    await bench.world.dispose();
  }
}

/** `customTimeouts.create` ends a create that the account doesn't answer, and nothing is lost by it. */
async function timedOut(): Promise<Tried> {
  const program = `${HEAD}new ApiKey("slow", { ${KEY} }, { customTimeouts: { create: "4s" } });\n`;
  const bench: Bench = await createBench({ program, refreshAlways: true });
  try {
    bench.world.api.faults.add({ operation: "create", kind: "hang", times: 100 });
    const cut = await bench.run("up");
    const during = [
      ...(cut.outcome.code === 0 ? ["the up succeeded"] : []),
      ...(cut.outcome.ms < SOON_MS ? [] : [`it took ${Math.round(cut.outcome.ms / 1000)} s`]),
      ...(/slow[\s\S]*cause:[\s\S]*remedy:/.test(cut.outcome.output)
        ? []
        : [`no key, cause and remedy:\n${cut.outcome.output}`]),
    ];
    bench.world.api.faults.clear();
    bench.world.api.release();
    const mended = await bench.run("up");
    const judged = judge("made", NOTHING, { names: ["slow"], seen: await bench.look(), writes: mended.writes });
    const problems = [...during, ...failed(mended), ...judged.problems, ...(await bench.use())];
    return {
      row: "customTimeouts (4 s, and no answer): own",
      situation: "create",
      run: "read",
      verdict: "honoured",
      problems,
    };
  } finally {
    await bench.world.dispose();
  }
}

function creates({ writes }: Done): number {
  return writes.filter(({ operation }) => operation === "create").length;
}
