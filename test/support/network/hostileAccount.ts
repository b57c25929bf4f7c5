import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { onLoopback } from "./loopback.ts";

/** What no terminal, log or build server may get to see: one of each kind, and a forged line. */
export const HOSTILE =
  "\u001b[31m\u009b2J\u0007\t\u007f\u202e\u2066\u200b\ufeff\u00ad\u2028\u2029\u3164\u{e0041}\r\n::error::forged\n##vso[task.x]y<{%fg 9%}>\ud800";

/** Code points by kind, first and last. */
const POINTS: readonly [string, number, number][] = [
  ["C0 control", 0x00, 0x09],
  ["C0 control", 0x0b, 0x1f],
  ["C0 control", 0x7f, 0x7f],
  ["C1 control", 0x80, 0x9f],
  ["bidirectional mark", 0x200e, 0x200f],
  ["bidirectional mark", 0x202a, 0x202e],
  ["bidirectional mark", 0x2066, 0x2069],
  ["invisible character", 0xad, 0xad],
  ["invisible character", 0x200b, 0x200d],
  ["invisible character", 0x3164, 0x3164],
  ["invisible character", 0xfeff, 0xfeff],
  ["invisible character", 0xe0000, 0xe007f],
  ["separator of lines", 0x2028, 0x2029],
  ["half a character", 0xd800, 0xdfff],
];

const COMMANDS: readonly [string, RegExp][] = [
  ["forged line", /^\s*::\w+/m],
  ["command of a build server", /##\w*\[/],
  ["colour of Pulumi's", /<\{%fg 9/],
];

/** Kinds of the above that a text holds, as a terminal would get it. Shares nothing with what makes texts safe. */
export function hostileIn(printed: string): string[] {
  const points = new Set(Array.from(printed, (one) => one.codePointAt(0) ?? 0));
  const found = POINTS.filter(([, first, last]) => [...points].some((point) => point >= first && point <= last));
  return [...new Set([...found, ...COMMANDS.filter(([, pattern]) => pattern.test(printed))].map(([kind]) => kind))];
}

/** Stands before the API at `url` and gives keys whose name begins with "foreign" an id that attacks a terminal, and every error such a text. */
export async function hostileAccount(url: string): Promise<{ url: string; close(): Promise<void> }> {
  const { origin, pathname } = new URL(url);
  const server = createServer(async (request, response) => {
    const path = (request.url ?? "").replaceAll(encodeURIComponent(HOSTILE.toWellFormed()), "");
    const body = await text(request);
    const { authorization = "" } = request.headers;
    const answer = await fetch(origin + path.replace(/(key_[0-9a-f]+)[^/?&]*/, "$1"), {
      method: request.method ?? "GET",
      headers: { authorization, "content-type": "application/json" },
      ...(body === "" ? {} : { body: body.replaceAll(JSON.stringify(HOSTILE).slice(1, -1), "") }),
    });
    const given = await answer.text();
    response.writeHead(answer.status, { "content-type": "application/json", "x-request-id": "req_\u009b31m" });
    response.end(given === "" ? "" : JSON.stringify(JSON.parse(given), spoil));
  });
  const { port, close } = await onLoopback(server);
  return { url: `http://127.0.0.1:${port}${pathname}`, close };
}

function spoil(this: object, field: string, value: unknown): unknown {
  const foreign = /^foreign/.test(String(Reflect.get(this, "name")));
  if (field === "id" && foreign) return `${value}${HOSTILE}`;
  if (["message", "error", "code", "endpoint"].includes(field) && typeof value === "string") return value + HOSTILE;
  return value;
}
