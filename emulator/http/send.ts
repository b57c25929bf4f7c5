import { once } from "node:events";
import { type ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { Cut, type Exchange, stopsWithin } from "../faults/apply.ts";
import type { Answer } from "../faults/distort.ts";

/** Writes an answer in three steps, so that faults can hold it or cut it between them. Each rejects with `Cut`. */
export interface AnswerWriter {
  halfOfHead(): Promise<void>;
  /** With the rest of the head before it. */
  halfOfBody(): Promise<void>;
  rest(): Promise<void>;
}

/** Throws `Cut` when the client has gone. */
export function answerWriter(exchange: Exchange, answer: Answer): AnswerWriter {
  exchange.note({ status: answer.status });
  const { socket } = exchange.response;
  if (exchange.left.aborted || socket === null) throw new Cut();
  // Half a head can't be written through node:http, so an answer that stops within is written by hand.
  return stopsWithin(exchange) ? inHalves(exchange, socket, answer) : atOnce(exchange, exchange.response, answer);
}

function atOnce(exchange: Exchange, response: ServerResponse, answer: Answer): AnswerWriter {
  return {
    halfOfHead: async () => {},
    halfOfBody: async () => {},
    rest: async () => {
      response.sendDate = answer.bare !== true;
      response.writeHead(answer.status, {
        ...answer.headers,
        "Content-Length": String(Buffer.byteLength(answer.body)),
      });
      exchange.note({ outcome: "answered" });
      response.end(answer.body);
      if (!response.writableFinished) {
        await once(response, "finish", { signal: exchange.left }).catch(() => gone(exchange));
      }
    },
  };
}

function inHalves(exchange: Exchange, socket: Socket, answer: Answer): AnswerWriter {
  const head = Buffer.from(rawHead(answer));
  const body = Buffer.from(answer.body);
  const [headHalf, bodyHalf] = [Math.floor(head.length / 2), Math.floor(body.length / 2)];
  return {
    halfOfHead: () => write(socket, head.subarray(0, headHalf)),
    halfOfBody: async () => {
      await write(socket, head.subarray(headHalf));
      await write(socket, body.subarray(0, bodyHalf));
    },
    rest: async () => {
      exchange.note({ outcome: "answered" });
      await write(socket, body.subarray(bodyHalf)).catch(() => gone(exchange));
      socket.end();
    },
  };
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
