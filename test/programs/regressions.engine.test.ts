import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithEngine } from "../support/engine/describe.ts";
import { play } from "../support/programs/play.ts";
import { savedCases } from "../support/programs/saved.ts";
import { makeTemplate, type Template } from "../support/programs/world.ts";
import { share } from "../support/share.ts";

// All of them with PROVE_PROGRAMS=all, and in `npm run prove:programs`.
const all = process.env["PROVE_PROGRAMS"] === "all";
const quick = savedCases().filter(({ saved }) => all || saved.quick);
// The others' promises have a test of their own: components, run.configurationChanged.
const cases = all ? quick : share("programs that once broke a promise", quick, ({ name }) => name === "ignored-drift");

describeWithEngine("programs and histories that once broke a promise", () => {
  let template: Template;
  beforeAll(async () => {
    template = await makeTemplate();
  });
  afterAll(() => template.dispose());

  test("there are some", () => {
    expect(quick.length).toBeGreaterThan(3);
  });

  test.concurrent.each(cases)("$name", { timeout: 180_000 }, async ({ saved }) => {
    const { wrong, story } = await play(template, saved.case);
    expect(wrong, story.join("\n")).toEqual([]);
  });
});
