import { expect, it } from "vitest";
import { EVERY_OPERATION, failureOf, TOKEN, testClient } from "../support/api/client.ts";
import { httpServer } from "../support/network/rawServer.ts";

const cells = [301, 302, 303, 307, 308].flatMap((status) =>
  Object.entries(EVERY_OPERATION).map(([name, operate]) => [status, name, operate] as const),
);

it.each(cells)(
  "%i on %s is not followed, the token stays, and the error says where the setting is",
  async (status, _, operate) => {
    const target = await httpServer(() => ({ body: { success: true } }));
    const server = await httpServer(() => ({
      status,
      headers: { location: `${target.url}/x?token=${TOKEN}` },
      body: "",
    }));
    const client = testClient(server.url);
    const error = await failureOf(operate(client));
    expect(error.code).toBe("ZKS_CONFIG");
    expect(error.status).toBe(status);
    expect(error.outcome).toBe("unknown");
    expect(error.remedy).toContain("ZKSCORE_BASE_URL or zkscore:baseUrl");
    expect(error.message).not.toContain(String(target.port));
    expect(target.received).toHaveLength(0);
    expect(server.received).toHaveLength(1);
    await client.close();
    await server.close();
    await target.close();
  },
);
