import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";

// Not to copy: it stands between the API and the receiver, as somebody could who reads the traffic. It passes each delivery
// on, then sends it again, then sends it with another body, and prints what the receiver answers.
const receiver = `http://127.0.0.1:${process.argv[2]}/`;

const server = createServer(async (request, response) => {
  const body = await buffer(request);
  const signature = String(request.headers["x-zkscore-signature"]);
  const send = async (what: string, bytes: Buffer) => {
    const { status } = await fetch(receiver, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-ZKScore-Signature": signature },
      body: new Uint8Array(bytes),
    });
    console.log(`${what}: ${status}`);
    return status;
  };
  const status = await send("the delivery", body);
  await send("the same again", body);
  await send("with another score", Buffer.from(body.toString().replace("700", "999")));
  response.writeHead(status).end();
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  console.log(`listening on ${typeof address === "object" ? address?.port : address}`);
});
process.once("SIGTERM", () => server.close());
