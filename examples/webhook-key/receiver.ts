import { createServer, type IncomingMessage } from "node:http";
import { verifier } from "./verify.ts";

const MAX_BYTES = 1_000_000;

// Put there by your deployment, as the key is; behind a proxy that ends TLS.
const verify = verifier(process.env["ZKSCORE_WEBHOOK_SECRET"] ?? "");

const server = createServer(async (request, response) => {
  const body = await read(request);
  if (body === undefined) {
    response.writeHead(413, { Connection: "close" }).end();
    return;
  }
  const verdict = verify(body, String(request.headers["x-zkscore-signature"] ?? ""));
  if ("why" in verdict) {
    console.log(`refused: ${verdict.why}`);
    response.writeHead(verdict.status).end();
    return;
  }
  // Answer first and work later: a sender that waits too long sends again.
  response.writeHead(204).end();
  console.log(`accepted: ${verdict.delivery.type}`);
});
server.listen(Number(process.env["PORT"] ?? 8080), "127.0.0.1", () => {
  const address = server.address();
  console.log(`listening on ${typeof address === "object" ? address?.port : address}`);
});
process.once("SIGTERM", () => server.close());

/** The bytes of a request; undefined if there are too many, or it was cut off. */
async function read(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request) {
      size += chunk.length;
      if (size > MAX_BYTES) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks);
}
