import { expect, test } from "vitest";
import { describeWithEngine } from "../support/engine/describe.ts";
import { succeed } from "../support/engine/stack.ts";
import { freshWorld, world } from "../support/fixture.ts";
import { keysProgram, READ_SCORES } from "../support/world.ts";

const DAY_31 = 31 * 86_400_000;

const key = (policy: string, rest = "") => `{ ${READ_SCORES}, deletionPolicy: "${policy}"${rest} }`;

describeWithEngine("deletionPolicy", () => {
  test("governs removal, not replacement", { timeout: 240_000 }, async () => {
    await freshWorld({
      program: keysProgram({
        ends: key("revoke"),
        stays: key("retain"),
        // Its marker says nothing of retain: the policy comes later, and the API has no update.
        later: key("revoke"),
        guarded: key("prevent", `, rotation: { every: "30d" }`),
      }),
    });
    await succeed(world.stack.up());
    const first = world.keys();

    // Replacement: every policy lets the old key go.
    const again = `, description: "2", rotation: { every: "30d" }`;
    world.stack.setProgram(
      keysProgram({
        ends: key("revoke", again),
        stays: key("retain", again),
        guarded: key("prevent", again),
        later: key("retain"),
      }),
    );
    await succeed(world.stack.up());
    const second = world.keys();
    for (const name of ["ends", "stays", "guarded"]) expect(second[name]?.id, name).not.toBe(first[name]?.id);
    expect(second["later"]?.id, "a policy is a local field").toBe(first["later"]?.id);
    expect(world.live()).toHaveLength(4);
    await world.settled();

    // Removal from the program.
    world.stack.setProgram("");
    const refused = await world.stack.up();
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain(`key ${second["guarded"]?.id} was not revoked`);
    expect(refused.output).toMatch(
      /cause: +its deletionPolicy is prevent\s+remedy: +if it must go: set deletionPolicy/,
    );
    expect(world.live()).toContain(second["guarded"]?.id);

    // A due rotation is no way around it: destroy refreshes, and the diff of a refresh announces nothing.
    world.api.setNow(world.api.now() + DAY_31);
    const due = { ZKSCORE_NOW: new Date(world.api.now()).toISOString() };
    const destroyed = await world.stack.destroy([], due);
    expect(destroyed.code).not.toBe(0);
    expect(destroyed.output).toContain("its deletionPolicy is prevent");
    expect(Object.keys(world.keys()).sort()).toEqual(["guarded", "later", "stays"]);

    // The remedy it names.
    world.stack.setProgram(keysProgram({ guarded: key("revoke", `, description: "2"`) }));
    await succeed(world.stack.up([], due));
    await succeed(world.stack.destroy([], due));
    expect(Object.keys(world.keys()).sort(), "retained keys, never used by anyone, outlive the stack").toEqual([
      "later",
      "stays",
    ]);
  });
});
