import { isLive } from "../../provider/api/keyStatus.ts";
import type { RemoteKey } from "../../provider/api/types.ts";
import { judgeAnswer } from "../../provider/domain/asked.ts";
import { ZkscoreError } from "../../provider/domain/errors.ts";
import { NEW_DESCRIPTION, type Observed } from "./trials.ts";

/** What became of an assumption of docs/assumptions.md. */
export type Standing = "holds" | "broken" | "unknown";

/** A standing, and what was found. */
export type Judged = [standing: Standing, found: string];
export type Seen = Partial<Observed>;

export const NOT_TRIED: Judged = ["unknown", "not tried"];
export const holds = (found: string): Judged => ["holds", found];
export const broken = (found: string): Judged => ["broken", found];

export function asAsked({ sent, created, listed }: Seen): Judged {
  if (sent === undefined || created === undefined) return NOT_TRIED;
  const shown = [
    ["the answer", created.key] as const,
    ...(listed === undefined ? [] : [["the listing", listed] as const]),
  ];
  const faults = shown.flatMap(([where, key]) => {
    const { wider, unseen } = judgeAnswer(sent, key);
    const name = key.name.trim().toLowerCase() === sent.name ? [] : ["another name"];
    const text = (key.description ?? "").trim() === sent.description ? [] : ["another description"];
    const missing = unseen.map((one) => `nothing about ${one.text}`);
    return [...wider.map((one) => one.text), ...missing, ...name, ...text].map((fault) => `${where} shows ${fault}`);
  });
  const [first, ...more] = [...new Set(faults)];
  if (first !== undefined) return broken([first, ...more].join("; "));
  const rounded = shown.flatMap(([, key]) => judgeAnswer(sent, key).rounded.map((one) => one.text));
  return holds(rounded.length === 0 ? "so it is shown" : `but rounded: ${[...new Set(rounded)].join("; ")}`);
}

export function isAlive(key: RemoteKey | undefined): boolean {
  return key !== undefined && isLive(key);
}

/** Its order may differ. */
export function metadata(sent: Readonly<Record<string, unknown>>, { metadata }: RemoteKey): Judged {
  if (metadata === undefined || metadata === null) return broken("it isn't shown");
  const names = Object.keys(sent);
  const lost = names.filter((name) => !Object.hasOwn(metadata, name)).length;
  const changed = names.filter((name) => Object.hasOwn(metadata, name) && metadata[name] !== sent[name]).length;
  if (lost + changed === 0) return holds(`all ${names.length} entries`);
  return broken(`of ${names.length} entries, ${lost} are gone and ${changed} are changed or cut`);
}

export function updates({ updated, listedUpdated }: Seen): Judged {
  if (updated === undefined) return NOT_TRIED;
  if (ZkscoreError.is(updated)) {
    const { status = 0 } = updated;
    return [404, 405, 501].includes(status) ? holds(`this one has none: it answers ${status}`) : broken(told(updated));
  }
  if (listedUpdated === undefined) return broken("it is answered, and the listing doesn't show the key");
  return (listedUpdated.description ?? "").trim() === NEW_DESCRIPTION
    ? holds("the listing shows the change")
    : broken("it is answered, and the listing doesn't show the change");
}

export function paging({ pages }: Seen): Judged {
  if (pages === undefined) return NOT_TRIED;
  const [one, next, hundred] = pages;
  if (one === undefined || next === undefined || hundred === undefined)
    return broken("a page didn't come, or isn't the API's");
  if (one.ids.length !== 1 || one.limit !== 1) return broken(`of limit=1 come ${one.ids.length} keys`);
  if (next.offset !== 1) return broken("offset=1 isn't the page that comes");
  if (one.total > 1 && (next.ids.length !== 1 || next.ids[0] === one.ids[0]))
    return broken("offset=1 doesn't come to another key");
  if (one.hasMore !== one.total > 1) return broken("`hasMore` and `total` contradict each other");
  const most = hundred.ids.length;
  const whole = most === Math.min(100, hundred.total);
  return holds(
    whole ? "limit=1, offset=1 and limit=100 give what they say" : `a page holds at most ${most} of the 100 asked for`,
  );
}

export function answered(one: "answered" | ZkscoreError | undefined): Judged {
  if (one === undefined) return NOT_TRIED;
  return one === "answered" ? holds("it answers 200") : broken(told(one));
}

/** Code and status; the API's own words stay out. */
export function told({ code, status }: ZkscoreError): string {
  return `it came to ${code}${status === undefined ? "" : ` (${status})`}`;
}
