import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../emulator/index.ts";
import { operatorClient } from "../../emulator/operator/client.ts";
import { ask } from "../support/emulator.ts";

/** No key or token is kept in clear, no secret is journalled, and nobody but the operator, on this machine, gets at the controls. */
const KEYS = "/developer/keys";
const TOKEN = "management-canary-6c1f0a9d7e42b835";
const OPERATOR = "operator-canary-91d3c5b7a2e4f608";
const WEBHOOK = "webhook-canary-27e8b4c6d0a1f395";

let dir: string;
let emulator: Emulator;
const secrets: string[] = [TOKEN, OPERATOR, WEBHOOK];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "zkscore-emulator-test-"));
  emulator = await startEmulator({
    dataDir: dir,
    accounts: [{ token: TOKEN }],
    operatorToken: OPERATOR,
    updates: "patch",
  });
  const webhooks = [{ url: "http://127.0.0.1:9/", events: ["score.updated"], secret: WEBHOOK }];
  const body = { name: "a", permissions: [{ resource: "all", actions: ["all"] }], webhooks };
  const created = await ask(emulator.url + KEYS, TOKEN, "POST", body);
  const { apiKey, keyId } = Object(created.json);
  secrets.push(apiKey);
  expect(secrets.every((secret) => secret.length >= 30)).toBe(true);
  await emulator.use(apiKey);
  await ask(`${emulator.url}${KEYS}/${keyId}`, TOKEN, "PATCH", { webhooks });
  await emulator.event({ type: "score.updated" });
  // Secrets where they don't belong: path, query, an unknown header, a name that isn't one, a malformed body.
  for (const secret of secrets) {
    await ask(`${emulator.url}${KEYS}/${secret}`, TOKEN, "DELETE");
    await ask(`${emulator.url}/${secret}?keyId=${secret}`, secret);
    await ask(`${emulator.url}/scores/${secret}?chain=${secret}`, apiKey, "GET", undefined, { "user-agent": secret });
    await ask(`${emulator.url}/developer/usage?keyId=${secret}&from=${secret}`, TOKEN);
    await ask(`${emulator.url}${KEYS}?status=${secret}&offset=${secret}`, TOKEN);
    await ask(emulator.url + KEYS, TOKEN, "POST", `{"name": "${secret}`);
    await ask(emulator.url + KEYS, TOKEN, "POST", { ...body, permissions: [{ resource: secret, actions: [secret] }] });
  }
});
afterAll(async () => {
  await emulator.close();
  rmSync(dir, { recursive: true, force: true });
});

/** A secret in clear, or in an encoding that is as good. */
function found(text: string, secret: string): boolean {
  const bytes = Buffer.from(secret);
  return [secret, bytes.toString("hex"), bytes.toString("base64url"), secret.slice(0, secret.length / 2)].some((form) =>
    text.includes(form),
  );
}

test("the journal holds no secret", () => {
  const journal = emulator.journal();
  expect(journal.length).toBeGreaterThan(30);
  const text = JSON.stringify(journal);
  for (const secret of secrets) expect(found(text, secret)).toBe(false);
  for (const secret of secrets) expect(found(`${text}${secret.slice(0, -1)}`, secret)).toBe(true); // the control
});

test("the files of the databases hold no key and no token; a webhook's secret, which signs, only emulator.db does", () => {
  const files = readdirSync(dir);
  expect(files).toContain("emulator.db-wal");
  expect(files).toContain("journal.db");
  const textOf = (name: string) =>
    files
      .filter((file) => file.startsWith(name))
      .map((file) => readFileSync(join(dir, file), "latin1"))
      .join("");
  const [all, keys] = [textOf(""), textOf("emulator.db")];
  expect(keys).toContain("http://127.0.0.1:9/"); // what was stored is in there, readable
  for (const secret of secrets.filter((one) => one !== WEBHOOK)) expect(found(all, secret)).toBe(false);
  expect(found(keys, WEBHOOK)).toBe(true); // for the owner alone: emulator.filesArePrivate
  for (const file of files.filter((one) => !one.startsWith("emulator.db")))
    expect(found(textOf(file), WEBHOOK)).toBe(false);
  for (const secret of secrets) expect(found(all + secret, secret)).toBe(true); // the control
});

test("the operator's view and error answers hold no secret", async () => {
  const views = JSON.stringify([emulator.keys(), emulator.faults.list(), emulator.held(), emulator.modes()]);
  for (const secret of secrets) expect(found(views, secret)).toBe(false);
  for (const secret of secrets) {
    const { text, status } = await ask(`${emulator.url}${KEYS}/${secret}`, secret, "DELETE");
    expect(status).toBeGreaterThanOrEqual(400);
    expect(found(text, secret)).toBe(false);
  }
});

test("only the operator token opens the operator's endpoint", async () => {
  const door = `${emulator.origin}/_operator/keys`;
  const [, , , apiKey] = secrets;
  for (const token of [undefined, "", TOKEN, apiKey, `${OPERATOR}x`]) {
    expect((await ask(door, token, "POST", {})).status).toBe(401);
  }
  expect((await ask(door, OPERATOR, "POST", {})).status).toBe(200);
  expect((await ask(emulator.url + KEYS, OPERATOR)).status).toBe(401); // and it opens nothing else
});

test("every function of the operator works over its endpoint", async () => {
  const remote = operatorClient(emulator.origin, OPERATOR);
  const [key] = await remote.keys();
  expect(key?.name).toBe("a");
  const keyId = key?.id ?? "";
  await remote.setMode({ normalise: true, metadata: { capKeys: 1 } });
  expect(await remote.modes()).toMatchObject({ normalise: true, metadata: { capKeys: 1 }, updates: "patch" });
  await remote.setNow("2030-01-01T00:00:00Z");
  await remote.advance(1000);
  expect(await remote.now()).toBe(Date.parse("2030-01-01T00:00:01Z"));
  await remote.setNow(undefined);
  await remote.edit(keyId, { name: "edited" });
  await remote.setInactive(keyId, true);
  expect(await remote.keys(0)).toMatchObject([{ name: "edited", status: "inactive" }]);
  await remote.setInactive(keyId, false);
  expect(await remote.event({ type: "score.updated", keyId })).toHaveLength(1);
  const id = await remote.faults.add({ operation: "list", kind: "pause" });
  expect(await remote.faults.list()).toMatchObject([{ id, hits: 0 }]);
  const request = ask(emulator.url + KEYS, TOKEN);
  const held = await remote.waitForPause({ operation: "list" });
  expect(await remote.held()).toEqual([held]);
  expect(await remote.release(held.id)).toBe(1);
  expect((await request).status).toBe(200);
  await remote.faults.clear();
  expect(await remote.faults.list()).toEqual([]);
  await remote.revoke(keyId);
  await expect(remote.revoke(keyId)).rejects.toThrow("no live API key has that id");
  await expect(remote.waitForPause({ timeoutMs: 1 })).rejects.toThrow("no request reached a pause");
  expect((await remote.journal()).length).toBeGreaterThan(30);
  await remote.clearJournal();
  expect(await remote.journal()).toEqual([]);
});

test("it listens on 127.0.0.1 and on no other address of the machine", async () => {
  const others = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address, family, scopeid }) => (family === "IPv6" && scopeid ? `${address}%${scopeid}` : address))
    .filter((address) => address !== "127.0.0.1");
  const reached = (host: string): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect({ host, port: emulator.port });
      const end = (yes: boolean): void => {
        socket.destroy();
        resolve(yes);
      };
      socket.once("connect", () => end(true));
      socket.once("error", () => end(false));
    });
  expect(await reached("127.0.0.1")).toBe(true); // the control
  for (const host of ["127.0.0.2", ...others.filter((address) => !address.includes("%"))]) {
    expect(await reached(host), host).toBe(false);
  }
});
