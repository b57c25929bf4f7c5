import type { DiagnosticEvent, EngineEvent, PolicyEvent } from "@pulumi/pulumi/automation/index.js";

/** What a run came to, in the requester's words. */
export interface Answer {
  lines: string[];
  /** By a policy or by the quota: what the requester is told is all there is to tell. */
  refused: boolean;
}

/** What happens to the key, by the engine's word for it; the other words are parts of a replacement. */
const STEPS: Readonly<Record<string, string>> = {
  create: "a new key",
  replace: "another key in place of the one there is, which works for a day more",
  update: "another description of the key that there is",
  same: "nothing, the key is there",
};

/** Reads operations and messages, of the key that is named as its stack. Debug messages hold secrets in clear: never show one. */
export function answer(stack: string, events: readonly EngineEvent[]): Answer {
  const refusals = events.flatMap(({ policyEvent }) => mandatory(policyEvent));
  const advice = events.flatMap(({ policyEvent }) => advisory(policyEvent));
  const said = events.flatMap(({ diagnosticEvent }) => message(stack, diagnosticEvent));
  const quotas = said.flatMap(quota);
  if (refusals.length + quotas.length > 0) return { lines: [...refusals, ...quotas], refused: true };
  const failed = events.some(({ diagnosticEvent }) => diagnosticEvent?.severity === "error");
  const steps = failed ? [] : events.flatMap(step);
  return { lines: [...steps, ...said, ...advice], refused: false };
}

function step({ resourcePreEvent }: EngineEvent): string[] {
  const { op = "", type = "" } = resourcePreEvent?.metadata ?? {};
  return type.endsWith("zkscore:ApiKey") && STEPS[op] !== undefined ? [STEPS[op]] : [];
}

function mandatory(found: PolicyEvent | undefined): string[] {
  return found?.enforcementLevel === "mandatory"
    ? [`Refused by the policy ${found.policyName}: ${finding(found)}`]
    : [];
}

function advisory(found: PolicyEvent | undefined): string[] {
  return found === undefined || found.enforcementLevel === "mandatory" ? [] : [`Advice: ${finding(found)}`];
}

/** A policy says what it is for, then the field and what is wrong with it, what to do, and where more is written. */
function finding({ message }: PolicyEvent): string {
  const [, ...lines] = message.trim().split("\n");
  return lines
    .map((line) => line.trim().replace(/^to fix: +/, "To fix: "))
    .filter((line) => !line.startsWith("more:"))
    .join(". ");
}

/** What the package says of the key: an error comes with its URN, a line of a preview begins with its name. */
function message(stack: string, event: DiagnosticEvent | undefined): string[] {
  if (event === undefined || !["info", "info#err", "warning", "error"].includes(event.severity)) return [];
  const { urn = "", message } = event;
  return urn.endsWith(`zkscore:ApiKey::${stack}`) || message.startsWith(`${stack}: `) ? [message.trim()] : [];
}

function quota(text: string): string[] {
  if (!text.includes("[ZKS_QUOTA")) return [];
  const [, instant] = /not before (\S+)/.exec(text) ?? [];
  const when = instant === undefined ? "tomorrow" : `after ${instant}`;
  return [
    `Not made today: the account has made as many keys as its plan allows a day. The next \`up\` ${when} makes it.`,
  ];
}
