import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../emulator/index.ts";
import { packInto } from "../../tools/packed.ts";
import { packageRoot } from "../../tools/root.ts";
import { workspaceEnv } from "../../tools/workspace.ts";
import { ask } from "../support/emulator.ts";
import { startCommand } from "../support/engine/command.ts";
import { describeWithEngine } from "../support/engine/describe.ts";
import { blocksOf } from "../support/pages.ts";
import { inWhole } from "../support/share.ts";
import { connection, liveIds } from "../support/world.ts";

const runs = inWhole("the commands of docs/how-to.md");

/** What a section needs before its commands, and what is so after them. */
interface Section {
  /** The program that the section's commands run; default: the one before. */
  readonly program?: string;
  readonly before?: () => Promise<void>;
  /** Words of the page that stand for the reader's own. */
  readonly own?: () => readonly (readonly [page: string, own: string])[];
  readonly after: (output: string) => Promise<void> | void;
}

describeWithEngine("docs/how-to.md", (engine) => {
  let api: Emulator;
  let folder: string;
  let tarball: string;
  let known: { keyId: string; apiKey: string };
  let secret = "";
  const blocks = blocksOf("docs/how-to.md");
  const commands = blocks.filter(({ language }) => language === "sh");

  beforeAll(async () => {
    if (!runs) return;
    api = await startEmulator({ accounts: [{}, {}] });
    folder = mkdtempSync(join(tmpdir(), "zkscore-how-to-"));
    mkdirSync(join(folder, "backend"));
    tarball = await packInto(folder);
    await sh(`pulumi login 'file://${folder}/backend?metadata=skip'`);
  });
  afterAll(async () => {
    if (!runs) return;
    rmSync(folder, { recursive: true, force: true });
    await api.close();
  });

  const write = (name: string, text: string) => writeFileSync(join(folder, name), `${text}\n`);
  const block = (language: string) =>
    blocks.find((one) => one.language === language && one.heading === "Make the first key");
  const backend = (more = "", rest = "") => `import * as pulumi from "@pulumi/pulumi";
import { ApiKey } from "pulumi-zkscore";
const config = new pulumi.Config();
const backend = new ApiKey("backend", {
  permissions: [{ resource: "scores", actions: ["read"] }],
  rotation: { every: "30d", overlap: "2d" },${more}
});
export const backendKey = backend.apiKey;
${rest}`;
  const taken = blocks.find(({ language, text }) => language === "ts" && text.includes("adopt:"))?.text ?? "";

  const SECTIONS: Readonly<Record<string, Section>> = {
    "Make the first key": {
      before: async () => {
        write("Pulumi.yaml", block("yaml")?.text ?? "");
        write("index.ts", block("ts")?.text ?? "");
      },
      own: () => [["/path/to/pulumi-zkscore-0.1.0.tgz", tarball]],
      after: async (output) => {
        secret = /^zk_\S+$/m.exec(output)?.[0] ?? "";
        expect((await api.use(secret)).status).toBe(200);
        expect(liveIds(api)).toHaveLength(1);
      },
    },
    "See what an `up` would do to keys": {
      program: backend(` description: "wider",`).replace('["read"]', '["read", "write"]'),
      after: (output) => {
        expect(output).toMatch(/will be replaced: .*permissions widen: \+ scores:write/);
        expect(liveIds(api)).toHaveLength(1);
      },
    },
    "Look at the account": {
      program: backend(),
      after: (output) => {
        expect(output).toMatch(/backend-[0-9a-f]{8}/);
        expect(readFileSync(join(folder, "report.html"), "utf8")).toContain("<!doctype html>");
      },
    },
    "Take over a key that exists": {
      program: backend("", taken),
      before: async () => {
        const body = { name: "made-by-hand", permissions: [{ resource: "scores", actions: ["read"] }] };
        known = (await ask(`${api.url}/developer/keys`, api.accounts[0]?.token, "POST", body)).json as typeof known;
      },
      own: () => [
        ["key_0123456789abcdef", known.keyId],
        ["--secret knownSecret", `--secret knownSecret ${known.apiKey}`],
      ],
      after: async () => {
        expect(liveIds(api)).toContain(known.keyId);
        expect(liveIds(api)).toHaveLength(2);
        expect((await api.use(secret)).status).toBe(200);
      },
    },
    "Rotate now": {
      after: async () => {
        expect(liveIds(api)).toHaveLength(3); // the old one is in its overlap
        expect((await api.use(secret)).status).toBe(200);
      },
    },
    "Use more than one account": {
      program: backend(),
      own: () => api.accounts.map(({ token }) => ["ZKSCORE_TOKEN=… ", `ZKSCORE_TOKEN=${token} `] as const),
      after: () => {
        expect(liveIds(api, 0)).toContain(known.keyId); // let go, not revoked: `adopt` still stood
        expect(liveIds(api, 1)).toHaveLength(1);
      },
    },
    "Rename a stack": {
      before: async () => void (await sh("pulumi stack select dev")),
      after: (output) => expect(output).toMatch(/\d+ unchanged/),
    },
    "Let a key live on without Pulumi": {
      before: async () => {
        write("index.ts", backend(` deletionPolicy: "retain",`));
        await sh("pulumi up --yes");
        write("index.ts", "export {};");
      },
      after: () => expect(liveIds(api)).toHaveLength(3),
    },
    "Remove everything": {
      before: async () => {
        write("index.ts", backend());
        await sh("pulumi up --yes");
        expect(liveIds(api)).toHaveLength(4);
      },
      after: () => expect(liveIds(api)).toHaveLength(3),
    },
  };

  const sh = async (text: string) => {
    const inherited = Object.entries(process.env).filter(([name]) => !/^(ZKSCORE_|VITEST|NODE_OPTIONS$)/.test(name));
    // `pulumi login` chooses the backend, as the page says.
    const { PULUMI_BACKEND_URL: _none, ...workspace } = workspaceEnv(folder, Object.fromEntries(inherited));
    const { PATH = "", ...more } = engine.env;
    const path = [join(packageRoot, "node_modules", ".bin"), PATH || process.env["PATH"]].join(delimiter);
    const env = { ...workspace, ...more, ...connection(api), PATH: path };
    const done = await startCommand("sh", ["-e", "-c", text], { cwd: folder, env, timeoutMs: 300_000 }).done;
    expect([done.code, done.code === 0 ? "" : `${text}\n${done.output}`]).toEqual([0, ""]);
    return done.output;
  };

  test("every section with commands is run here", () => {
    expect([...new Set(commands.map(({ heading }) => heading))]).toEqual(Object.keys(SECTIONS));
  });

  test.runIf(runs).each(Object.entries(SECTIONS))(
    "%s",
    async (heading, section) => {
      if (section.program !== undefined) write("index.ts", section.program);
      await section.before?.();
      const output: string[] = [];
      for (const { text } of commands.filter((one) => one.heading === heading)) {
        let own = text;
        for (const [page, mine] of section.own?.() ?? []) own = own.replace(page, mine);
        output.push(await sh(own));
      }
      await section.after(output.join("\n"));
    },
    600_000,
  );
});
