import { expect, test } from "vitest";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { freshWorld, world } from "../support/fixture.ts";
import { inWhole } from "../support/share.ts";
import { keysProgram } from "../support/world.ts";

const PROGRAM = keysProgram({
  backend: `{
    permissions: [{ resource: "scores", actions: ["read"], restrictions: { ipWhitelist: ["203.0.113.7"] } }],
    expiresIn: "30d",
  }`,
});

describeWithEngine("a server that gives keys more than was asked for", () => {
  test.runIf(inWhole("a wider answer"))(
    "fails the up and names the key; once it is honest the next up goes on with that key, and rests",
    {
      timeout: 600_000,
    },
    async () => {
      await freshWorld({
        program: PROGRAM,
        emulator: { widen: { what: ["ipWhitelist", "expiry"], where: "answers" } },
      });
      const first = await world.stack.up();
      const [id = ""] = world.live();
      expect(first.code).not.toBe(0);
      expect(first.output).toMatch(
        new RegExp(`backend: key ${id} .*may do more than was asked, or live longer.*ZKS_WIDER`),
      );
      expect(first.output).toMatch(/scores:read: ipWhitelist 1 address → unrestricted; it has no end/);
      expect(first.output).not.toContain("203.0.113.7");

      // The refresh of this one succeeds, and takes nothing of that for granted.
      const again = await world.stack.up(["--refresh"]);
      expect(again.code).not.toBe(0);
      expect(again.output).toContain("ZKS_WIDER");

      world.api.setMode({ widen: "no" });
      await succeed(world.stack.up());
      expect(world.live()).toEqual([id]);
      expect(world.requests().filter((operation) => operation === "create")).toHaveLength(1);
      await world.settled();
    },
  );

  test.runIf(inWhole("wider, accepted by name"))(
    "goes on where the settings accept it by name, and a refresh names it once they don't",
    {
      timeout: 600_000,
    },
    async () => {
      await freshWorld({ program: PROGRAM, emulator: { widen: { what: ["all"], where: "both" } } });
      expect((await world.stack.up()).code).not.toBe(0);
      const accept = { ZKSCORE_ACCEPT_WIDER: "backend" };
      await succeed(world.stack.up([], accept));
      expect(world.requests().filter((operation) => operation === "create")).toHaveLength(1);
      await world.settled(accept);
      const refresh = await succeed(world.stack.refresh(["--expect-no-changes"]));
      expect(refresh.output).toMatch(/may do more than was asked[\s\S]*zkscore:acceptWider/);
    },
  );
});
