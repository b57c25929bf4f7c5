import { randomBytes } from "node:crypto";
import { parseState, type StateKey } from "../cli/exportedState.ts";
import { plainText } from "../cli/lines.ts";
import { shortPermissions, table } from "../cli/table.ts";
import { ownLines } from "../provider/domain/shown.ts";
import { ensureEngine } from "./engine/ensureEngine.ts";
import { messageOf } from "./engine/errors.ts";
import { CommandFailed, type Pulumi, pulumiCli } from "./quickstart/command.ts";
import { type Interrupts, watchInterrupts } from "./quickstart/interrupt.ts";
import { isLeftLocked } from "./quickstart/staleLock.ts";
import { readerAmong, useKey } from "./quickstart/useKey.ts";
import { connection, folderName, quickstartEnv, stackName, withAccount, without } from "./quickstart/workspace.ts";
import { quickstartFolder } from "./workspace.ts";

const UP = ["up", "--stack", stackName, "--yes", "--skip-preview", "--suppress-outputs"];

/** `npm start`: from nothing to six keys, a request made with one of them, and the proof that nothing changes. */
async function main(interrupts: Interrupts): Promise<void> {
  const step = steps(interrupts);
  step("The Pulumi engine");
  const engine = await ensureEngine({ say });
  // One that was built has said so.
  if (engine.source !== "built") say(`found: ${engine.source}`);

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

    const reader = readerAmong(keys);
    if (reader !== undefined) {
      step(`Two requests with the key of ${reader.name}, which may read ${reader.resource}`);
      const outputs = ["stack", "output", "apiKeys", "--json", "--show-secrets", "--stack", stackName];
      await useKey(account, reader, JSON.parse(await pulumi.read(outputs)), say);
    }

    step("pulumi up again: nothing changes");
    await pulumi.show(...UP, "--expect-no-changes");

    step("What to try next");
    say(NEXT);
  });
}

function steps(interrupts: Interrupts): (title: string) => void {
  let count = 0;
  return (title) => {
    interrupts.check();
    count += 1;
    process.stdout.write(`\n${count}. ${title}\n`);
  };
}

async function prepareStack(pulumi: Pulumi): Promise<void> {
  await pulumi.read(["stack", "select", stackName, "--create", "--non-interactive"]);
  if (isLeftLocked(quickstartFolder)) await pulumi.read(["cancel", stackName, "--yes"]);
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
  return plainText(table(["name", "id", "permissions", "status", "expiry", "rotates after"], rows));
}

const NEXT = `npm run pulumi -- preview            what \`up\` would do: nothing
edit examples/quickstart/index.ts    give a key another permission, then preview again and
npm run pulumi -- up                 see it replaced: the API has no update, so a change makes a new key,
                                     and the old one lives for a day, so that its users can move over
npm run keys -- reconcile            the account compared with the state; also: list, usage
npm run pulumi -- destroy            revokes every key
The state, the account and their passphrase lie in ${folderName}/, which git ignores. After destroy you can delete it.`;

function say(text: string): void {
  process.stdout.write(`${ownLines(text).replace(/^(?=.)/gm, "   ")}\n`);
}

const interrupts = watchInterrupts();
main(interrupts).catch((error: unknown) => {
  if (interrupts.seen()) {
    process.stderr.write("\nInterrupted. What was done is kept; `npm start` goes on from there.\n");
    process.exitCode = 130;
    return;
  }
  process.stderr.write(`\n${ownLines(messageOf(error))}\n`);
  if (error instanceof CommandFailed) {
    process.stderr.write("If another run holds the stack's lock, wait for it, then run this again.\n");
  }
  process.exitCode = 1;
});
