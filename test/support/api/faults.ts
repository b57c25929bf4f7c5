import type { Socket } from "node:net";
import type { RawFault } from "../network/rawServer.ts";

/** One way an answer can go wrong. `scheme`: how the client is told to reach the raw server. */
export interface Fault extends RawFault {
  scheme?: "https";
  /** Where to send the request instead of to the raw server. */
  elsewhere?: "refused" | "unknown-host";
  /** Whether a POST surely did nothing, so that it may be sent again. */
  unsent?: boolean;
}

const CRLF = "\r\n";

function reply(
  status: string,
  body: string | Buffer,
  headers: readonly string[] = [],
  type = "application/json",
): RawFault {
  return {
    onRequest(socket) {
      const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body);
      const head = [`HTTP/1.1 ${status}`, `content-type: ${type}`, `content-length: ${bytes.length}`, ...headers];
      socket.write(head.join(CRLF) + CRLF + CRLF);
      socket.write(bytes);
    },
  };
}

const ok = (body: string | Buffer, type?: string) => reply("200 OK", body, [], type);
const refuse = (status: string, error = "SOMETHING", message = "no", headers: readonly string[] = []) =>
  reply(status, JSON.stringify({ success: false, error, message, timestamp: "2026-11-20T12:00:00Z" }), headers);
const write = (text: string, then?: (socket: Socket) => void): RawFault => ({
  onRequest(socket) {
    socket.write(text);
    if (then !== undefined) setImmediate(() => then(socket));
  },
});
const HTML = "<html><body><h1>Bad gateway</h1></body></html>";
const HEAD_200 = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";

/** Every one of these must end in a typed error, for every operation, before the deadline. */
export const FAULTS: Record<string, Fault> = {
  "connection refused": { elsewhere: "refused", unsent: true },
  "unknown host": { elsewhere: "unknown-host", unsent: true },
  "no TLS on the other side": {
    scheme: "https",
    onConnect: (s) => void s.end("HTTP/1.1 400 no\r\n\r\n"),
    unsent: true,
  },
  "TLS handshake that never goes on": { scheme: "https", unsent: true },
  "reset during the TLS handshake": { scheme: "https", onConnect: (s) => void s.resetAndDestroy(), unsent: true },
  "reset after the request": { onRequest: (s) => void s.resetAndDestroy() },
  "closed after the request": { onRequest: (s) => void s.end() },
  "no answer at all": {},
  "headers that drip for ever": {
    onRequest(s, every) {
      s.write("HTTP/1.1 200 OK\r\n");
      every(5, () => s.write("x-a: b\r\n"));
    },
  },
  "headers without end": { onRequest: (s, every) => every(0, () => s.write(`x-a: ${"b".repeat(8000)}\r\n`)) },
  "headers too large": write(`HTTP/1.1 200 OK\r\n${`x-a: ${"b".repeat(1000)}\r\n`.repeat(200)}\r\n{}`),
  "not HTTP": write("SSH-2.0-OpenSSH_9.6\r\n"),
  "binary noise": write("\u0000\u0001\u0002\u0016\u0003\u0001\r\n\r\n"),
  "two lengths that differ": write(`${HEAD_200}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`),
  "an endless row of 103s": { onRequest: (s, every) => every(2, () => s.write("HTTP/1.1 103 Early Hints\r\n\r\n")) },
  "switching protocols": write("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"),
  "a body that drips for ever": {
    onRequest(s, every) {
      s.write(`${HEAD_200}content-length: 100000\r\n\r\n`);
      every(5, () => s.write(" "));
    },
  },
  "a chunked body without end": {
    onRequest(s, every) {
      s.write(`${HEAD_200}transfer-encoding: chunked\r\n\r\n`);
      every(1, () => s.write(`10000\r\n${" ".repeat(0x10000)}\r\n`));
    },
  },
  "a body shorter than its length": write(`${HEAD_200}content-length: 100\r\n\r\n{"success":true,`, (s) => s.end()),
  "reset in the middle of the body": write(`${HEAD_200}content-length: 100\r\n\r\n{"suc`, (s) => s.resetAndDestroy()),
  "a chunk that isn't one": write(`${HEAD_200}transfer-encoding: chunked\r\n\r\nzz\r\n{}`),
  "headers, then silence": write(`${HEAD_200}content-length: 10\r\n\r\n`),
  "an empty success": ok(""),
  "a success in HTML": ok(HTML, "text/html"),
  "truncated JSON": ok('{"success":true,"keys":[{"id":"a"'),
  "JSON null": ok("null"),
  "a JSON array": ok("[]"),
  "success: false with 200": ok('{"success":false,"error":"X","message":"y"}'),
  "wrong types": ok('{"success":"yes","keys":{},"key":[],"usage":3,"timestamp":12}'),
  "nested too deeply": ok(`{"success":true,"metadata":${"[".repeat(50_000)}${"]".repeat(50_000)}}`),
  "prototype keys only": ok('{"__proto__":{"success":true,"timestamp":"2026-11-20T12:00:00Z"},"constructor":1}'),
  "not UTF-8": ok(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])),
  "a body of 11 MB": ok(Buffer.alloc(11 * 1024 * 1024, 0x20)),
  "gzip nobody asked for": ok(Buffer.from("1f8b0800000000000003ab0200", "hex")),
  "moved for good": reply("301 Moved Permanently", "", ["location: https://evil.example/v1"]),
  "see other": reply("303 See Other", "", ["location: /login"]),
  "not modified": reply("304 Not Modified", ""),
  "temporary redirect": reply("307 Temporary Redirect", "", ["location: http://evil.example/"]),
  "400": refuse("400 Bad Request"),
  "401": refuse("401 Unauthorized", "UNAUTHORIZED"),
  "403 by a firewall": reply("403 Forbidden", HTML, [], "text/html"),
  "405": refuse("405 Method Not Allowed"),
  "407 by a proxy": reply("407 Proxy Authentication Required", HTML, [], "text/html"),
  "408": refuse("408 Request Timeout"),
  "409": refuse("409 Conflict"),
  "413": reply("413 Content Too Large", ""),
  "418": refuse("418 I'm a teapot"),
  "425": { ...refuse("425 Too Early"), unsent: true },
  "429 without a hint": { ...refuse("429 Too Many Requests", "RATE_LIMIT_EXCEEDED"), unsent: true },
  "429 for ten years": refuse("429 Too Many Requests", "RATE_LIMIT_EXCEEDED", "slow", ["retry-after: 315360000"]),
  "429 quota of the day": refuse("429 Too Many Requests", "ZKS-003-002", "quota exceeded"),
  "451": refuse("451 Unavailable For Legal Reasons"),
  "499": reply("499 Client Closed Request", ""),
  "500": refuse("500 Internal Server Error", "INTERNAL"),
  "500 with a body that drips": {
    onRequest(s, every) {
      s.write("HTTP/1.1 500 Oops\r\ncontent-length: 5000\r\n\r\n");
      every(5, () => s.write("x"));
    },
  },
  "500 with a body without end": {
    onRequest(s, every) {
      s.write("HTTP/1.1 500 Oops\r\ntransfer-encoding: chunked\r\n\r\n");
      every(1, () => s.write(`4000\r\n${"x".repeat(0x4000)}\r\n`));
    },
  },
  "500 with a cut body": write("HTTP/1.1 500 Oops\r\ncontent-length: 50\r\n\r\n{", (s) => s.end()),
  "501": refuse("501 Not Implemented"),
  "502 in HTML": reply("502 Bad Gateway", HTML, [], "text/html"),
  "503 with a wait": refuse("503 Service Unavailable", "DOWN", "down", ["retry-after: 1"]),
  "504 without a body": reply("504 Gateway Timeout", ""),
  "599": reply("599 Whatever", ""),
};
