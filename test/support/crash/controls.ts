import { runCell, type Sabotage } from "./cell.ts";
import type { Cell } from "./matrix.ts";
import type { Proof } from "./run.ts";

const CELL: Cell = { operation: "create", phase: "afterCommit", kind: "both", after: "same" };

/** Each does damage that the verdict must see: it is red if it doesn't. */
export const CONTROLS: readonly Proof[] = [
  control("a live key more, with the mark of a declared key and in use", "lives and is nobody's", async (world) => {
    const own = world.api.keys().find(({ name }) => name.startsWith("other-"));
    const planted = await world.make({ name: "planted", permissions: own?.permissions, metadata: own?.metadata });
    await world.api.use(planted.apiKey);
  }),
  control("a declared key revoked", "is answered with 401", ({ api, live }) => {
    const own = api.keys().find(({ id, name }) => name.startsWith("subject-") && live().has(id));
    if (own !== undefined) api.revoke(own.id);
  }),
  control("a key of another stack revoked", "is not this stack's and is dead", ({ api }) => {
    const twin = api.keys().find(({ name }) => name === "twin");
    if (twin !== undefined) api.revoke(twin.id);
  }),
  control("a declared key changed", "a preview right afterwards", ({ api, live }) => {
    const own = api.keys().find(({ id, name }) => name.startsWith("other-") && live().has(id));
    if (own !== undefined) api.edit(own.id, { permissions: [{ resource: "all", actions: ["all"] }] });
  }),
  control(
    "a key left after destroy",
    "lives after destroy",
    (world) => world.make({ name: "left", permissions: [{ resource: "scores", actions: ["read"] }] }),
    { ...CELL, after: "destroy" },
  ),
];

function control(name: string, sign: string, sabotage: Sabotage, cell = CELL): Proof {
  return {
    name: `control: ${name}`,
    run: async (recording) => {
      const { wrong, story } = await runCell(recording, cell, sabotage);
      const seen = wrong.some((line) => line.includes(sign));
      return { wrong: seen ? [] : [`the damage was not seen; instead: ${wrong.join("; ") || "nothing"}`], story };
    },
  };
}
