import { randomBytes } from "node:crypto";
import { parseState, type StateKey } from "../cli/exportedState.ts";
import { shortPermissions, table } from "../cli/table.ts";
import type { Emulator } from "../emulator/index.ts";
import { ensureEngine } from "./engine/ensureEngine.ts";
import { messageOf } from "./engine/errors.ts";
import { CommandFailed, type Pulumi, pulumiCli } from "./quickstart/command.ts";
import { interruptible } from "./quickstart/interrupt.ts";
import { connection, folderName, quickstartEnv, stackName, withAccount, without } from "./quickstart/workspace.ts";

const UP = ["up", "--stack", stackName, "--yes", "--skip-preview", "--suppress-outputs"];
/** Reads scores, so that one request with it can be allowed and another refused. */
const READER = "dev-dashboard";

/** `npm start`: from nothing to six keys, a request made with one of them, and the proof that nothing changes. */
async function main(): Promise<void> {
  const step = interruptible(heading());
  step("The Pulumi engine");
  const engine = await ensureEngine({ say });
  say(`${engine.source === "built" ? "built" : "found"}: ${engine.source}`);

  step("An account");
  await withAccount(async (account) => {
    // Only the emulator: a token of a real account in this shell is left alone.
    const env = { ...without("ZKSCORE_", quickstartEnv()), ...connection(account) };
    const pulumi = pulumiCli(engine, env);
    say(`an emulator of the API at ${account.url}; its keys are kept in ${folderName}/emulator`);
    await prepareStack(pulumi);

    step("pulumi up");
    await pulumi.show(...UP);

    step("What exists now");
    const { keys } = parseState(
      await pulumi.read(["stack", "export", "--stack", stackName]),
      "the quick start's stack",
    );
    say(keysTable(keys));

    step(`Two requests with the key of ${READER}, which may read scores`);
    await useKey(account, pulumi);

    step("pulumi up again: nothing changes");
    await pulumi.show(...UP, "--expect-no-changes");

    step("What to try next");
    say(NEXT);
  });
}

function heading(): (title: string) => void {
  let count = 0;
  return (title) => {
    count += 1;
    process.stdout.write(`\n${count}. ${title}\n`);
  };
}

async function prepareStack(pulumi: Pulumi): Promise<void> {
  await pulumi.read(["stack", "select", stackName, "--create", "--non-interactive"]);
  const config: unknown = JSON.parse(await pulumi.read(["config", "--json", "--stack", stackName]));
  if (typeof config === "object" && config !== null && "zkscore-quickstart:webhookSecret" in config) return;
  // Over stdin: arguments can be read by every process of this machine.
  const secret = randomBytes(24).toString("base64url");
  await pulumi.read(["config", "set", "--secret", "webhookSecret", "--stack", stackName], secret);
}

function keysTable(keys: readonly StateKey[]): string {
  const rows = keys
    .toSorted((a, b) => (a.urn < b.urn ? -1 : 1))
    .map((key) => [
      key.name ?? "",
      key.keyId,
      shortPermissions(key.permissions ?? []),
      key.pendingDelete ? "to be deleted" : (key.status ?? ""),
      key.expiry ?? "never",
      key.rotateAt ?? "never",
    ]);
  return table(["name", "id", "permissions", "status", "expiry", "rotates after"], rows);
}

/** A request that the key allows, and one that it doesn't. The secret stays in this process. */
async function useKey(account: Emulator, pulumi: Pulumi): Promise<void> {
  const outputs = await pulumi.read(["stack", "output", "apiKeys", "--json", "--show-secrets", "--stack", stackName]);
  // A border: the program exports the secrets by name.
  const secret = (JSON.parse(outputs) as Record<string, unknown>)[READER];
  if (typeof secret !== "string")
    throw new Error(`the program exports no secret of ${READER}; restore examples/quickstart`);
  for (const [method, wanted] of [
    ["GET", 200],
    ["DELETE", 403],
  ] as const) {
    const { status } = await account.use(secret, { method });
    say(`${method} /scores/alice.zks: ${status} ${status === 200 ? "allowed" : "refused"}`);
    if (status !== wanted) throw new Error(`${method} with the key of ${READER} answered ${status}, not ${wanted}`);
  }
}

const NEXT = `npm run pulumi -- preview            what \`up\` would do: nothing
edit examples/quickstart/index.ts    give a key another permission, then preview again and
npm run pulumi -- up                 see it replaced: the API has no update, so a change makes a new key,
                                     and the old one lives for a day, so that its users can move over
npm run keys -- reconcile             the account compared with the state; also: list, usage
npm run pulumi -- destroy            revokes every key
The state, the account and their passphrase lie in ${folderName}/, which git ignores. After destroy you can delete it.`;

function say(text: string): void {
  process.stdout.write(`${text.replace(/^(?=.)/gm, "   ")}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`\n${messageOf(error)}\n`);
  if (error instanceof CommandFailed) {
    process.stderr.write("If the stack is locked by a run that was killed: npm run pulumi -- cancel --yes\n");
  }
  process.exitCode = 1;
});
