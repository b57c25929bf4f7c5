import { parseArgs } from "node:util";
import { durationMs } from "../provider/domain/duration.ts";
import { withAccount } from "./account.ts";
import { WrongArguments } from "./failure.ts";
import { print, printJson, say } from "./output.ts";
import { type Comparison, compare, isWide } from "./reconcile/compare.ts";
import { asJson, asText } from "./reconcile/report.ts";
import { confirmed, revocable, revokeAll } from "./reconcile/revoke.ts";
import { readStates } from "./reconcile/sources.ts";
import { trustworthy } from "./reconcile/trustworthy.ts";

const USAGE = `zkscore-keys reconcile [FILE...] [--revoke-orphans [--used] [--yes]] [--expiring 14d] [--kept ID]... [--json]

Compares the account with the states of Pulumi stacks: which keys a stack manages, which are retired until when, which
are orphaned, foreign, about to expire, or missing. Reads ids only: no passphrase is needed, and secrets stay encrypted.

  FILE               output of \`pulumi stack export\`; - is stdin. Without a file: the current stack
  --revoke-orphans   revokes orphans that nobody has used, after a question. Never a foreign key, a key whose stack's
                     state was not given, a retired or kept key, one in a pending operation, or one newer than the state.
                     Who has what is told by the states; a mark on a key is only a hint
  --used             also those that were used: whoever has their secret is cut off
  --yes              without the question
  --expiring TIME    how far ahead an end is reported; default 14d
  --kept ID          a key that you have let go under \`retain\`: without this, one that may do more than read needs a look
  --json             for programs

Exit codes: 0 nothing to look at; 1 failed; 2 wrong arguments; 3 orphaned, missing, pending or expiring managed keys,
or a kept key that may do more than read.
`;

const OPTIONS = {
  "revoke-orphans": { type: "boolean", default: false },
  used: { type: "boolean", default: false },
  yes: { type: "boolean", default: false },
  expiring: { type: "string", default: "14d" },
  kept: { type: "string", multiple: true, default: [] as string[] },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** `zkscore-keys reconcile`. Read-only unless `--revoke-orphans` is given. */
export async function reconcile(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  if (values.help) {
    print(USAGE.trimEnd());
    return 0;
  }
  const expiringMs = durationMs(values.expiring);
  const { "revoke-orphans": revoke, used, yes, json } = values;
  const wrong = wrongArguments(expiringMs, { revoke, used, yes, json }) ?? wrongFiles(positionals);
  if (wrong !== undefined || expiringMs === undefined) throw new WrongArguments(wrong);
  const states = await readStates(positionals);
  return withAccount(async (account) => {
    const look = async () => compare(await trustworthy(account, states), states, expiringMs);
    let found = await look();
    let revoked: string[] = [];
    const orphans = revoke ? revocable(found, used) : [];
    if (orphans.length > 0) {
      if (!json) print(`${asText(found, values.expiring)}\n`);
      if (!yes && !(await confirmed(orphans.length))) {
        say("Nothing was revoked.");
        return 3;
      }
      revoked = await revokeAll(account.client, orphans, async () => revocable(await look(), used));
      found = await look();
    }
    if (json) printJson(asJson(found, revoked));
    else print(asText(found, values.expiring));
    return needsALook(found, new Set(values.kept)) ? 3 : 0;
  });
}

interface Flags {
  revoke: boolean;
  used: boolean;
  yes: boolean;
  json: boolean;
}

function wrongArguments(expiringMs: number | undefined, { revoke, used, yes, json }: Flags): string | undefined {
  if (expiringMs === undefined) return "--expiring takes a duration such as 14d or 12h";
  if (!revoke && (used || yes)) return "--used and --yes belong to --revoke-orphans";
  if (revoke && !yes && (json || !process.stdin.isTTY))
    return "--revoke-orphans asks at a terminal; elsewhere give --yes";
  return undefined;
}

function wrongFiles(files: readonly string[]): string | undefined {
  const stdin = files.filter((file) => file === "-").length;
  if (stdin > 1) return "- (stdin) can be given once";
  if (stdin === 1 && process.stdin.isTTY)
    return "- reads a state from stdin, and stdin is the terminal: pulumi stack export | zkscore-keys reconcile -";
  return files.includes("") ? "a FILE is empty text" : undefined;
}

function needsALook({ findings, missing }: Comparison, known: ReadonlySet<string>): boolean {
  return (
    missing.length > 0 ||
    findings.some(({ key, relation, expiring }) => {
      if (relation === "managed") return expiring;
      if (relation === "kept") return isWide(key) && !known.has(key.id);
      return relation === "orphaned" || relation === "pending";
    })
  );
}
