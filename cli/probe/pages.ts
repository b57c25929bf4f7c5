import { parseBaseUrl } from "../../provider/api/baseUrl.ts";
import { OPERATIONS } from "../../provider/api/operation.ts";
import { createTransport } from "../../provider/api/transport.ts";
import { listResponse } from "../../provider/domain/wire.ts";
import { jsonIn } from "../json.ts";

/** What one page held; undefined: it didn't come, or isn't the API's. */
export type Page = { ids: string[]; limit: number; offset: number; total: number; hasMore: boolean } | undefined;

const TIMEOUT_MS = 10_000;

/** Asks for the first page with one key, the second one, and the first with a hundred. */
export async function threePages(baseUrl: string, token: string): Promise<readonly [Page, Page, Page]> {
  const transport = createTransport(parseBaseUrl(baseUrl), TIMEOUT_MS, "zkscore-keys");
  const page = async (limit: number, offset: number): Promise<Page> => {
    const path = `${OPERATIONS.list.template}?limit=${limit}&offset=${offset}`;
    const answer = await transport.send({ method: "GET", path, token, timeoutMs: TIMEOUT_MS });
    if (answer.kind !== "answer" || answer.status !== 200) return undefined;
    const parsed = listResponse.safeParse(jsonIn(answer.text)).data;
    if (parsed === undefined) return undefined;
    const { keys, pagination } = parsed;
    const { total, hasMore } = pagination;
    return { ids: keys.map(({ id }) => id), limit: pagination.limit, offset: pagination.offset, total, hasMore };
  };
  try {
    return [await page(1, 0), await page(1, 1), await page(100, 0)];
  } finally {
    await transport.close();
  }
}
