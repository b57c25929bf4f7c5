import { expect, test } from "vitest";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { createWorld } from "../support/world.ts";

/** One key of each kind of change. */
const program = (after: boolean) => `
import { ApiKey } from "pulumi-zkscore";
const read = { resource: "scores", actions: ["read"] };
const write = { resource: "scores", actions: ["write"] };
const at = (count) => ({ ...read, restrictions: { ipWhitelist: Array.from({ length: count }, (_, i) => "203.0.113." + i) } });
new ApiKey("wider", { permissions: ${after ? "[read, write]" : "[read]"} });
new ApiKey("narrower", { permissions: [at(${after ? 2 : 10})], rotation: { overlap: "24h" } });
new ApiKey("reordered", { permissions: ${after ? "[write, read]" : "[read, write]"} });
new ApiKey("split", { permissions: ${after ? `[read, { ...write, actions: ["WRITE"] }]` : `[{ ...read, actions: ["read", "write"] }]`} });
new ApiKey("named", { name: "${after ? "after" : "before"}", permissions: [read] });
new ApiKey("limited", { permissions: [read], rateLimit: { requestsPerMinute: ${after ? 20 : 10} } });
new ApiKey("ended", { permissions: [read], expiresIn: "${after ? "30d" : "90d"}" });
new ApiKey("incident", { permissions: [read], rotation: { overlap: "24h"${after ? `, compromised: "INC-1"` : ""} } });
new ApiKey("kept", { permissions: [read], deletionPolicy: "${after ? "revoke" : "prevent"}" });
new ApiKey("same", { permissions: [read] });
`;

const ONCE = "The old key is revoked in the same run, once what takes its secret has the new one";
const COST = "The new key counts as one creation of the day's quota";

describeWithEngine("a preview says in one line what a change means", () => {
  test("for each kind of change, and nothing where the program means the same", async () => {
    const world = await createWorld({ program: program(false) });
    try {
      await succeed(world.stack.up());
      world.stack.setProgram(program(true));
      const { output } = await succeed(world.stack.preview());
      const lines = [...output.matchAll(/^\s*([\w]+): key \S+ (will be .*)$/gm)].map(
        ([, name, said]) => `${name}: ${said}`,
      );
      expect([...new Set(lines)].sort()).toEqual([
        `ended: will be replaced: it ends sooner. ${ONCE}. ${COST}`,
        `incident: will be replaced: it is declared compromised. The old key is revoked at once, and so is every key that it has replaced. ${COST}`,
        "kept: will be changed in place: deletionPolicy prevent → revoke",
        `limited: will be replaced: requestsPerMinute is raised. ${ONCE}. ${COST}`,
        `named: will be replaced: name changes. The old key is revoked first: with a name of its own a key has no overlap. ${COST}`,
        `narrower: will be replaced: permissions narrow: scores:read: ipWhitelist 10 → 2 addresses. The old key lives on for 1 d after that (rotation.overlap). ${COST}`,
        `wider: will be replaced: permissions widen: + scores:write (unrestricted). ${ONCE}. ${COST}`,
      ]);
    } finally {
      await world.dispose();
    }
  });
});
