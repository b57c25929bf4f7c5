import { withAccount } from "./account.ts";
import { confirmed } from "./confirm.ts";
import type { Check } from "./doctor/check.ts";
import { judge } from "./doctor/judge.ts";
import { look } from "./doctor/look.ts";
import { asLines } from "./doctor/report.ts";
import { WrongArguments } from "./failure.ts";
import { printJson, printLines, say } from "./output.ts";
import { asLines as probeLines } from "./probe/report.ts";
import { type ProbeReport, probe } from "./probe/run.ts";
import { whileWaiting } from "./progress.ts";

export interface DoctorOptions {
  probe: boolean;
  yes: boolean;
  json: boolean;
}

const QUESTION =
  "Make one key that may read scores and ends in an hour, try the API with it, and revoke it? It costs 1 key of the day's " +
  "quota, 2 where the API lets a name be taken twice.";

/** `zkscore-keys doctor`. Makes no key unless `probe` is set. */
export async function doctor({ probe: asked, yes, json }: DoctorOptions): Promise<number> {
  if (yes && !asked) throw new WrongArguments("--yes belongs to --probe");
  if (asked && !yes && (json || !process.stdin.isTTY)) {
    throw new WrongArguments(
      "--probe asks at a terminal; elsewhere give --yes. It costs 1 key of the day's quota, or 2",
    );
  }
  const checks = judge(await whileWaiting(look(process.env, process.cwd()), () => "still looking"));
  if (!json) printLines(asLines(checks));
  const report = asked ? await probeAfter(checks, yes) : undefined;
  if (json) printJson({ checks, ...(report === undefined ? {} : { probe: report }) });
  else if (report !== undefined) printLines([[], ...probeLines(report)]);
  return needsALook(checks) || (asked && (report === undefined || probeNeedsALook(report))) ? 3 : 0;
}

async function probeAfter(checks: readonly Check[], yes: boolean): Promise<ProbeReport | undefined> {
  const token = checks.find(({ name }) => name === "token");
  if (token?.outcome !== "ok" && token?.outcome !== "warning") {
    say("The probe isn't run: the token isn't accepted, or the API isn't reached.");
    return undefined;
  }
  if (!yes && !(await confirmed(QUESTION))) {
    say("No key was made.");
    return undefined;
  }
  return withAccount((account) => whileWaiting(probe(account), () => "still trying"));
}

/** What couldn't be looked at is no finding. */
function needsALook(checks: readonly Check[]): boolean {
  return checks.some(({ outcome }) => outcome === "warning" || outcome === "failed");
}

function probeNeedsALook({ assumptions, left, earlier, stopped }: ProbeReport): boolean {
  return (
    stopped ||
    left.length > 0 ||
    earlier.some(({ revoked }) => !revoked) ||
    assumptions.some(({ standing }) => standing === "broken")
  );
}
