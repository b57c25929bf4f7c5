import { instantMs } from "../../../provider/domain/instant.ts";
import type { ReportKey } from "../data.ts";

export const DAY_MS = 86_400_000;
/** How far ahead an end counts as near. */
export const SOON_DAYS = 30;
/** As the policy `unused-key` has it. */
export const IDLE_DAYS = 45;

const STANDINGS: Readonly<Record<ReportKey["relation"], string>> = {
  managed: "managed",
  retired: "overlap",
  pending: "pending",
  orphaned: "orphaned",
  kept: "let go",
  elsewhere: "other stack",
  foreign: "foreign",
  marked: "marked",
  missing: "missing",
};
/** Standings in the order a reader wants them. */
export const RELATIONS = Object.keys(STANDINGS) as readonly ReportKey["relation"][]; // the record names each

/** What a key is to the stacks, in a word or two. */
export function standing({ relation }: Pick<ReportKey, "relation">): string {
  return STANDINGS[relation];
}

export const STANDING_MEANS: Readonly<Record<ReportKey["relation"], string>> = {
  managed: "stands in a state that was given",
  retired: "was replaced, and lives until its overlap ends",
  pending: "in an operation that has not ended",
  orphaned: "made by a stack whose state was given, and not in that state",
  kept: "let go under deletionPolicy: retain, as its mark says",
  elsewhere: "made by a copy, or under another name, of a stack that was given",
  foreign: "made by hand, or by a stack that was not given",
  marked: "its mark names a stack; no state was given to prove it",
  missing: "in a state, and not alive in the account",
};

/** Not wanted by anybody, as far as is known: needs a person. */
export function needsALook({ relation }: ReportKey): boolean {
  return relation === "orphaned" || relation === "pending" || relation === "missing";
}

export function isIdle({ idleDays, relation }: ReportKey): boolean {
  return idleDays !== undefined && idleDays > IDLE_DAYS && relation !== "retired" && relation !== "missing";
}

/** 1,200 everywhere, whatever the machine's language. */
export function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

/** `1 key`, `1,200 keys`. */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

export function day(instant: string): string {
  const ms = instantMs(instant);
  return ms === undefined ? instant : new Date(ms).toISOString().slice(0, 10);
}

/** `in 3 d`, `2 d ago`, `in 5 h`: from the report's own instant. */
export function relative(instant: string, now: number): string {
  const ms = instantMs(instant);
  if (ms === undefined) return "";
  const away = Math.abs(ms - now);
  const span =
    away >= DAY_MS ? `${grouped(Math.floor(away / DAY_MS))} d` : `${Math.max(1, Math.floor(away / 3_600_000))} h`;
  return ms >= now ? `in ${span}` : `${span} ago`;
}

/** What comes next for a key, and when. */
export interface Next {
  readonly what: "overlap ends" | "rotation due" | "ends";
  readonly at: string;
  readonly ms: number;
}

export function nextOf({ until, rotateAt, expiry, relation }: ReportKey): Next | undefined {
  if (relation === "missing") return undefined;
  const given: [Next["what"], string | undefined][] = [
    ["overlap ends", until],
    // Its successor has rotated it.
    ["rotation due", until === undefined ? rotateAt : undefined],
    ["ends", expiry],
  ];
  const all = given.flatMap(([what, at]): Next[] => {
    const ms = instantMs(at ?? "");
    return at === undefined || ms === undefined ? [] : [{ what, at, ms }];
  });
  return all.sort((a, b) => a.ms - b.ms)[0];
}
