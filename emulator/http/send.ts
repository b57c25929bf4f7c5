import { once } from "node:events";
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { bite, Cut, type Exchange, pass } from "../faults/apply.ts";
import { type Answer, distort } from "../faults/distort.ts";

const GATES = new Set(["reset", "close", "delay", "hang", "pause"]);
const DISTORTIONS = new Set([
  "truncated",
  "malformed",
  "wrongType",
  "wrongContentType",
  "duplicateHeaders",
  "missingHeaders",
]);

/** Writes an answer, with what the faults of the phases `headers`, `body` and `afterAnswer` make of it. */
export async function send(exchange: Exchange, plain: Answer): Promise<void> {
  let answer = plain;
  for (const fault of exchange.due) {
    if (!DISTORTIONS.has(fault.spec.kind)) continue;
    answer = distort(answer, fault.spec);
    bite(exchange, fault);
  }
  exchange.note({ status: answer.status });
  const gated = (phase: "headers" | "body"): boolean =>
    exchange.due.some((fault) => fault.phase === phase && GATES.has(fault.spec.kind));
  const { socket } = exchange.response;
  if (exchange.left.aborted || socket === null) throw new Cut();
  // Half a head can't be written through node:http, so an answer with a gate in it is written by hand.
  if (gated("headers") || gated("body")) await sendByHand(exchange, socket, answer);
  else await sendWhole(exchange, answer);
  await pass(exchange, "afterAnswer");
}

async function sendWhole(exchange: Exchange, answer: Answer): Promise<void> {
  const { response } = exchange;
  response.sendDate = answer.bare !== true;
  response.writeHead(answer.status, { ...answer.headers, "Content-Length": String(Buffer.byteLength(answer.body)) });
  exchange.note({ outcome: "answered" });
  response.end(answer.body);
  if (!response.writableFinished) await once(response, "finish", { signal: exchange.left }).catch(() => gone(exchange));
}

async function sendByHand(exchange: Exchange, socket: Socket, answer: Answer): Promise<void> {
  const head = Buffer.from(rawHead(answer));
  const body = Buffer.from(answer.body);
  const [headHalf, bodyHalf] = [Math.floor(head.length / 2), Math.floor(body.length / 2)];
  await write(socket, head.subarray(0, headHalf));
  await pass(exchange, "headers");
  await write(socket, head.subarray(headHalf));
  await write(socket, body.subarray(0, bodyHalf));
  await pass(exchange, "body");
  exchange.note({ outcome: "answered" });
  await write(socket, body.subarray(bodyHalf)).catch(() => gone(exchange));
  socket.end();
}

function rawHead({ status, headers, body }: Answer): string {
  const fields = Object.entries(headers).flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}`));
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Unknown"}`,
    ...fields,
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function write(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    if (socket.destroyed) return reject(new Cut());
    socket.write(bytes, (error) => (error ? reject(new Cut()) : resolve()));
  });
}

function gone(exchange: Exchange): never {
  exchange.note({ outcome: "cut" });
  throw new Cut();
}
