import type { IncomingMessage } from "node:http";
import { ApiFailure } from "../contract/failures.ts";

const MAX_BYTES = 1_000_000;

/** The JSON body of a request. An empty one is `undefined`. */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size <= MAX_BYTES) chunks.push(bytes);
  }
  if (size > MAX_BYTES) throw new ApiFailure("invalidParameters", `the body is longer than ${MAX_BYTES} bytes`);
  if (size === 0) return undefined;
  if (!/^application\/json\b/i.test(request.headers["content-type"] ?? "")) {
    throw new ApiFailure("invalidParameters", "send Content-Type: application/json");
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new ApiFailure("invalidParameters", "the body is not JSON");
  }
}
