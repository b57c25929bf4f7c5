import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";

/** One request on a connection of its own, so that it keeps no server from stopping; rejects without a whole answer. */
export async function ask(
  url: string,
  method: string,
  headers: Record<string, string>,
  body?: string,
): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request(url, { method, agent: false, headers });
    outgoing.once("response", resolve);
    outgoing.once("error", reject);
    outgoing.end(body);
  });
  response.setEncoding("utf8");
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}
