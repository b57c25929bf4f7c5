import type { Check } from "./doctor/check.ts";
import { judge } from "./doctor/judge.ts";
import { look } from "./doctor/look.ts";
import { asText } from "./doctor/report.ts";
import { print, printJson } from "./output.ts";
import { whileWaiting } from "./progress.ts";

export interface DoctorOptions {
  probe: boolean;
  yes: boolean;
  json: boolean;
}

/** `zkscore-keys doctor`. */
export async function doctor({ json }: DoctorOptions): Promise<number> {
  const checks = judge(await whileWaiting(look(process.env, process.cwd()), () => "still looking"));
  if (json) printJson({ checks });
  else print(asText(checks));
  return needsALook(checks) ? 3 : 0;
}

/** What couldn't be looked at is no finding. */
export function needsALook(checks: readonly Check[]): boolean {
  return checks.some(({ outcome }) => outcome === "warning" || outcome === "failed");
}
