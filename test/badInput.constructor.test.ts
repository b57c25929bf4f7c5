import { RunError } from "@pulumi/pulumi/errors";
import { describe, expect, test } from "vitest";
import { ApiKey } from "../provider/index.ts";
import type { ApiKeyArgs } from "../provider/resources/args.ts";

const args: ApiKeyArgs = { permissions: [{ resource: "scores", actions: ["read"] }] };

// A border: what a JavaScript program may pass, whatever the types say.
const untyped = (value: unknown) => value as ApiKeyArgs;

describe("the constructor refuses, with the remedy and without a stack, what could only go wrong later", () => {
  test.each<[string, () => unknown, RegExp]>([
    ["no arguments", () => new ApiKey("a", untyped(undefined)), /^a: the arguments are missing; write new ApiKey/],
    ["null", () => new ApiKey("a", untyped(null)), /^a: the arguments are missing; write new ApiKey/],
    [
      "retainOnDelete",
      () => new ApiKey("a", args, { retainOnDelete: true }),
      /^a: retainOnDelete .*use deletionPolicy: "retain"/,
    ],
    ["import", () => new ApiKey("a", args, { import: "key_1" }), /^a: Pulumi can't import .*use adopt/],
    [
      "deleteBeforeReplace with an overlap",
      () => new ApiKey("a", { ...args, rotation: { overlap: "1d" } }, { deleteBeforeReplace: true }),
      /^a: deleteBeforeReplace ends the old key .*remove it, or rotation.overlap/,
    ],
    ["get", () => ApiKey.get("a", "key_1"), /^a: ApiKey.get can't give the secret.*use getApiKeys\(\)/],
  ])("%s", (_name, make, says) => {
    // The language host prints a RunError as its message alone.
    expect(make).toThrow(RunError);
    expect(make).toThrow(says);
  });
});
