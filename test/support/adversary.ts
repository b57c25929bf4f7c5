import { describe, test } from "vitest";

/** One promise of docs/threat-model.md: an attack that must fail, and the same attack where the promise is switched off, which must succeed. */
export function promised(
  id: string,
  text: string,
  { attack, control }: { attack: () => Promise<void> | void; control: () => Promise<void> | void },
): void {
  describe(`${id}: ${text}`, () => {
    test("the attack fails", attack, 120_000);
    test("control: without the promise it succeeds", control, 120_000);
  });
}
