import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { connect } from "node:tls";
import { expect, vi } from "vitest";
import { startEmulator } from "../../emulator/index.ts";
import { ZkscoreError } from "../../provider/domain/errors.ts";
import { leakProblems } from "../../provider/domain/leaks.ts";
import { jsonText, oneLine } from "../../provider/domain/shown.ts";
import { readWebhookUrl } from "../../provider/domain/webhookUrl.ts";
import { hostSettings } from "../../provider/settings.ts";
import { promised } from "../support/adversary.ts";
import { key, TIMESTAMP, usage } from "../support/api/bodies.ts";
import { failureOf, testClient } from "../support/api/client.ts";
import { createAuthority } from "../support/network/certificates.ts";
import { HOSTILE, hostileIn } from "../support/network/hostileAccount.ts";
import { httpServer } from "../support/network/rawServer.ts";
import { tlsServer } from "../support/network/tlsServer.ts";

const DISGUISED = "https://hooks.acme.com\\@169.254.169.254/";

promised("webhook-as-written", "a webhook's URL names one host to whoever reads it", {
  attack: () => {
    for (const url of [DISGUISED, "https://127.1/", "https://hooks.acme.com#@inner/", "https://a.ex\tample/"]) {
      expect(readWebhookUrl(url)).toHaveProperty("fault");
    }
  },
  // A judge that parses first: it sees hooks.acme.com, and RFC 3986 readers of the same text see the metadata service.
  control: () => {
    expect(new URL(DISGUISED).hostname).toBe("hooks.acme.com");
    expect(/^https:\/\/(?:[^/?#@]*@)?([^/?#:]+)/.exec(DISGUISED)?.[1]).toBe("169.254.169.254");
  },
});

promised("one-gate", "no value of the account makes a line, a command or a move of the cursor", {
  attack: () => {
    const facts = { code: "ZKS_INPUT", what: HOSTILE, why: HOSTILE, remedy: HOSTILE } as const;
    const texts = [new ZkscoreError(facts).message, oneLine(HOSTILE), jsonText({ [HOSTILE]: HOSTILE })];
    expect(texts.flatMap(hostileIn)).toEqual([]);
  },
  control: () => {
    expect(hostileIn(`cause: ${HOSTILE}`)).toHaveLength(9);
    expect(hostileIn(JSON.stringify({ name: HOSTILE }))).toContain("C1 control");
  },
});

promised("certificates-count", "NODE_TLS_REJECT_UNAUTHORIZED=0 gives the token to nobody", {
  attack: async () => {
    const { server, authority } = await impostor();
    const client = testClient(`https://localhost:${server.port}/v1`, { deadlineMs: 10_000 });
    expect((await failureOf(client.usage({}))).code).toBe("ZKS_UNREACHABLE");
    expect(server.received).toEqual([]);
    await client.close();
    await server.close();
    authority.dispose();
    vi.unstubAllEnvs();
  },
  // A client that leaves it to Node.
  control: async () => {
    const { server, authority } = await impostor();
    await new Promise<void>((resolve) => {
      const socket = connect({ host: "localhost", port: server.port }, () => {
        socket.write("GET /v1/developer/usage HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer t\r\n\r\n");
      });
      socket.once("data", () => {
        socket.destroy();
        resolve();
      });
    });
    expect(server.received).toHaveLength(1);
    await server.close();
    authority.dispose();
    vi.unstubAllEnvs();
  },
});

async function impostor() {
  vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
  const authority = createAuthority();
  return { authority, server: await tlsServer(authority.issue("localhost"), () => usage) };
}

promised("token-stays-home", "a stack's file alone doesn't say where the environment's token goes", {
  attack: () => {
    const file = (name: string) => (name === "baseUrl" ? "https://attacker.example/v1" : undefined);
    expect(() => hostSettings({ ZKSCORE_TOKEN: "t" }, file)).toThrow(/ZKS_CONFIG/);
  },
  control: () => {
    const env = { ZKSCORE_TOKEN: "t", ZKSCORE_BASE_URL: "https://attacker.example/v1" };
    expect(hostSettings(env, () => undefined)).toMatchObject({ token: "t", baseUrl: "https://attacker.example/v1" });
  },
});

const SECRET = `zk_prod_${"aB3dE5gH7j".repeat(4)}`;
const inputs = { permissions: [], deletionPolicy: "revoke", metadata: { note: SECRET } } as never; // of the inputs, what is looked at

promised("no-secret-in-public", "a key's secret isn't put where everybody reads who may list the account", {
  attack: () => expect(leakProblems({}, inputs).map(({ path }) => path)).toEqual(["metadata.note"]),
  // What stands in the state already is not judged again.
  control: () => expect(leakProblems({ metadata: { note: SECRET } }, inputs)).toEqual([]),
});

promised("listing-has-an-end", "a listing without end ends the command, not the machine", {
  attack: async () => {
    const { server, pages } = await endless();
    const client = testClient(server.url, { deadlineMs: 60_000 });
    expect((await failureOf(client.list("fresh"))).code).toBe("ZKS_LISTING");
    expect(pages()).toBeLessThan(10);
    await client.close();
    await server.close();
  },
  // A client that follows `hasMore` alone.
  control: async () => {
    const { server, pages } = await endless();
    let more = true;
    for (let offset = 0; more && offset < 30; offset++) {
      const answer = await fetch(`${server.url}/developer/keys?limit=100&offset=${offset}`);
      more = Boolean(Reflect.get(Object(Reflect.get(Object(await answer.json()), "pagination")), "hasMore"));
    }
    expect([more, pages()]).toEqual([true, 30]);
    await server.close();
  },
});

async function endless() {
  let n = 0;
  const heavy = "x".repeat(2_000_000);
  const server = await httpServer(({ url }) => {
    n += 1;
    const offset = Number(new URL(url, "http://x").searchParams.get("offset"));
    const pagination = { total: 1e9, limit: 100, offset, hasMore: true };
    return {
      body: { success: true, keys: [key(`key_${n}`, { metadata: { heavy } })], pagination, timestamp: TIMESTAMP },
    };
  });
  return { server, pages: () => n };
}

promised("emulator-is-private", "the emulator's databases are its owner's alone", {
  attack: () =>
    inOpenFolder(async (folder) => {
      const emulator = await startEmulator({ dataDir: folder });
      expect(othersCanRead(folder)).toEqual([]);
      await emulator.close();
    }),
  control: () =>
    inOpenFolder(async (folder) => {
      new DatabaseSync(join(folder, "emulator.db")).exec("CREATE TABLE t (a)");
      expect(othersCanRead(folder)).toEqual(["emulator.db"]);
    }),
});

const othersCanRead = (folder: string) =>
  readdirSync(folder).filter((file) => (statSync(join(folder, file)).mode & 0o077) !== 0);

async function inOpenFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "zkscore-open-"));
  const mask = process.umask(0o022);
  try {
    await work(folder);
  } finally {
    process.umask(mask);
    rmSync(folder, { recursive: true });
  }
}
