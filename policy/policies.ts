import { PolicyPack, type PolicyPackArgs } from "@pulumi/policy";
import type { Policy, ZkscoreGuardArgs } from "./args.ts";
import { policiesOf } from "./pack.ts";
import { systemHost } from "./sdk/host.ts";

export type {
  Approval,
  Exemption,
  OutsideProduction,
  Policy,
  PolicyArgs,
  ToxicPair,
  ZkscoreGuardArgs,
} from "./args.ts";

/**
 * The policies, for a pack of one's own: `new PolicyPack("acme", { policies: [...zkscorePolicies({ … }), …] })`.
 * What is given becomes each policy's default; `--policy-pack-config` still comes on top. They share one set of settings,
 * so take them from one call, and keep `pack-settings` first.
 */
export function zkscorePolicies(args: ZkscoreGuardArgs = {}): Policy[] {
  return policiesOf(args, systemHost());
}

/** The whole pack in one line: `new ZkscoreGuard({ all: "mandatory", expiryHorizon: { maxDays: 30 } })`. */
export class ZkscoreGuard extends PolicyPack {
  /** Starts the pack's server: construct one, in the pack's own entry file. */
  constructor(args: ZkscoreGuardArgs = {}, more: Partial<PolicyPackArgs> = {}) {
    super("pulumi-zkscore", {
      description: "Refuses dangerous ZKScore API keys before they exist.",
      displayName: "ZKScore keys",
      ...more,
      policies: [...zkscorePolicies(args), ...(more.policies ?? [])],
    });
  }
}
