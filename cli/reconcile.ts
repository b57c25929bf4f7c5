import { durationMs } from "../provider/domain/duration.ts";
import { withAccount } from "./account.ts";
import { confirmed } from "./confirm.ts";
import { WrongArguments } from "./failure.ts";
import { printJson, printLines, say } from "./output.ts";
import { type Comparison, compare, isWide } from "./reconcile/compare.ts";
import { asJson, asLines } from "./reconcile/report.ts";
import { revocable, revokeAll } from "./reconcile/revoke.ts";
import { readStates } from "./reconcile/sources.ts";
import { trustworthy } from "./reconcile/trustworthy.ts";

export interface ReconcileOptions {
  revokeOrphans: boolean;
  used: boolean;
  yes: boolean;
  expiring: string;
  kept: string[];
  json: boolean;
}

/** `zkscore-keys reconcile`. Read-only unless `revokeOrphans` is set. */
export async function reconcile(files: readonly string[], options: ReconcileOptions): Promise<number> {
  const { revokeOrphans: revoke, used, yes, json, expiring, kept } = options;
  const expiringMs = durationMs(expiring);
  const wrong = wrongArguments(expiringMs, { revoke, used, yes, json }) ?? wrongFiles(files);
  if (wrong !== undefined || expiringMs === undefined) throw new WrongArguments(wrong);
  const states = await readStates(files);
  return withAccount(async (account) => {
    let now = 0;
    const look = async () => {
      const listing = await trustworthy(account, states);
      now = listing.serverTime;
      return compare(listing, states, expiringMs);
    };
    let found = await look();
    let revoked: string[] = [];
    const orphans = revoke ? revocable(found, used) : [];
    if (orphans.length > 0) {
      if (!json) printLines([...asLines(found, expiring, now), []]);
      if (!yes && !(await confirmed(`Revoke ${orphans.length} orphaned key(s) for good?`))) {
        say("Nothing was revoked.");
        return 3;
      }
      revoked = await revokeAll(account.client, orphans, async () => revocable(await look(), used));
      found = await look();
    }
    if (json) printJson(asJson(found, revoked));
    else printLines(asLines(found, expiring, now));
    return needsALook(found, new Set(kept)) ? 3 : 0;
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
