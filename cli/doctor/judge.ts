import type { Check, Verdict } from "./check.ts";
import { clock, quota, token, triedWithTheToken } from "./judge/account.ts";
import { baseUrl, certificates, proxy, reachability, settings } from "./judge/connection.ts";
import { copies, engine, languageHost, node, packages, policyPack } from "./judge/machine.ts";
import { backend, lock, refresh } from "./judge/stack.ts";
import type { Facts } from "./look.ts";

/** Every check of `doctor`, in the order it is shown. */
export const CHECKS: Readonly<Record<string, (facts: Facts) => Verdict>> = {
  engine,
  "language host": languageHost,
  node,
  packages,
  copies,
  settings,
  "base URL": baseUrl,
  proxy,
  certificates,
  reachability,
  token,
  "tried with the token": triedWithTheToken,
  clock,
  "keys made today": quota,
  "state backend": backend,
  lock,
  "refresh: always": refresh,
  "policy pack": policyPack,
};

/** Judges what was looked at. Pure. */
export function judge(facts: Facts): Check[] {
  return Object.entries(CHECKS).map(([name, check]) => ({ name, ...check(facts) }));
}
