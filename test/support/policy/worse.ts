import fc from "fast-check";
import type { PolicyName } from "../../../policy/rules/index.ts";
import { block4, type Case, DAY, permission, webhook } from "./cases.ts";

/** A change that makes a key more dangerous in the eyes of one policy, and the rules it can't bring to rest. */
export interface Worsening {
  change: fc.Arbitrary<(c: Case) => void>;
  /** Rules that hold on; default all. */
  rules?: readonly string[];
}

type Path = "by path" | "by rule";
const grants = (): Worsening => ({ change: fc.oneof(addPermission, addAction) });
const addPermission = permission.map((more) => (c: Case) => void c.inputs.permissions.push(structuredClone(more)));
const addAction = fc
  .constantFrom("read", "write", "delete", "all")
  .map((action) => (c: Case) => void c.inputs.permissions[0]?.actions.push(action));
const addWebhook = webhook.map((more) => (c: Case) => {
  c.inputs.webhooks = [...(c.inputs.webhooks ?? []), structuredClone(more)];
});
const longer = (text: string | undefined, days: number) => `${Number.parseInt(text ?? "0", 10) * 24 + days * 24}h`;
const days = fc.integer({ min: 0, max: 400 });
const hoursOf = (text: string | undefined) =>
  text === undefined ? 0 : Number.parseInt(text, 10) * (text.endsWith("d") ? 24 : 1);
const stretch = (text: string | undefined, by: number) =>
  text === undefined ? longer(text, by) : `${hoursOf(text) + by * 24}h`;

/** Widening a block by some bits: every address it held stays in it. */
const widen = fc.tuple(fc.nat(3), fc.nat(3), fc.integer({ min: 1, max: 12 })).map(([p, i, by]) => (c: Case) => {
  const list = c.inputs.permissions[p % c.inputs.permissions.length]?.restrictions?.ipWhitelist;
  const text = list?.[i % list.length];
  if (list === undefined || text === undefined || text.includes(":")) return;
  const [address = "", prefix = "32"] = text.split("/");
  const bits = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  list[i % list.length] = block4(bits, Math.max(0, Number(prefix) - by));
});
const dropFence = fc.nat(3).map((p) => (c: Case) => {
  const chosen = c.inputs.permissions[p % c.inputs.permissions.length];
  if (c.stack === "acme-prod" && c.tags["environment"] !== "dev" && chosen?.restrictions?.ipWhitelist === undefined)
    delete chosen?.restrictions;
});

/** By policy. Policies that ask the account, and the two about the pack itself, have properties of their own. */
export const WORSE: Partial<Record<PolicyName, Worsening & { compare: Path }>> = {
  noDisguisedKey: {
    change: fc.constantFrom("x", "i").map((identity) => (c: Case) => {
      c.inputs.ownership = { identity, owner: "a third one's" };
    }),
    compare: "by path",
  },
  noWildcardAccess: { ...grants(), compare: "by rule" },
  noDestructiveActions: { ...grants(), compare: "by path" },
  noWriteInProduction: { ...grants(), compare: "by path" },
  noToxicCombination: { ...grants(), compare: "by rule" },
  restrictedWrites: {
    change: fc.oneof(
      addPermission,
      addAction,
      fc.constant((c: Case) => void delete c.inputs.permissions[0]?.restrictions),
    ),
    compare: "by path",
  },
  expiryRequired: {
    change: fc.constant((c: Case) => {
      delete c.inputs.expiry;
      delete c.inputs.expiresIn;
    }),
    compare: "by path",
  },
  expiryHorizon: {
    change: days.map((by) => (c: Case) => {
      if (c.inputs.expiresIn !== undefined) c.inputs.expiresIn = stretch(c.inputs.expiresIn, by);
      if (c.inputs.expiry !== undefined)
        c.inputs.expiry = new Date(Date.parse(c.inputs.expiry) + by * DAY).toISOString();
    }),
    rules: ["too-long"],
    compare: "by path",
  },
  rotationRequired: {
    change: fc.tuple(fc.constantFrom("every", "overlap"), days).map(([field, by]) => (c: Case) => {
      if (c.inputs.rotation?.[field as "every"] === undefined) return;
      c.inputs.rotation[field as "every"] = stretch(c.inputs.rotation[field as "every"], by);
    }),
    rules: ["too-rare", "long-overlap", "unscheduled"],
    compare: "by path",
  },
  rotationAge: {
    change: days.map((by) => (c: Case) => void Object.assign(c, { now: c.now + by * DAY })),
    rules: ["too-old"],
    compare: "by path",
  },
  ipAllowList: { change: fc.oneof(widen, widen, addPermission, dropFence), compare: "by path" },
  webhookHttps: { change: addWebhook, compare: "by path" },
  webhookSecret: {
    change: fc.oneof(
      addWebhook,
      fc.constant(
        (c: Case) => void c.inputs.webhooks?.splice(0, 1, { url: "https://a.example", events: [], secret: "" }),
      ),
    ),
    rules: ["absent", "short"],
    compare: "by path",
  },
  rateLimit: {
    change: fc.integer({ min: 1, max: 50 }).map((by) => (c: Case) => {
      const limit = c.inputs.rateLimit;
      for (const field of ["requestsPerMinute", "requestsPerHour", "requestsPerDay", "burstLimit"] as const) {
        if (limit?.[field] !== undefined) limit[field] *= by;
      }
    }),
    compare: "by path",
  },
  ownership: {
    change: fc.constantFrom("description", "metadata", "owner").map((field) => (c: Case) => {
      if (field === "owner") delete c.inputs.metadata?.["owner"];
      else delete c.inputs[field as "description"];
    }),
    compare: "by path",
  },
  environmentIsolation: {
    change: fc.constantFrom("staging", "prod", "dev").map((word) => (c: Case) => {
      c.inputs.metadata = { ...c.inputs.metadata, environment: `${c.inputs.metadata?.["environment"] ?? ""} ${word}` };
    }),
    compare: "by rule",
  },
  secretStaysSecret: {
    change: fc.oneof(
      fc.constant((c: Case) => void c.options.ignoreChanges.push("permissions")),
      fc.constant((c: Case) => void c.options.additionalSecretOutputs.splice(0)),
      fc.constant((c: Case) => void Object.assign(c.options, { protect: true })),
      fc.constant((c: Case) => void delete c.inputs.deletionPolicy),
    ),
    compare: "by path",
  },
};
