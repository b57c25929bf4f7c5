import * as pulumi from "@pulumi/pulumi";
import { RunError } from "@pulumi/pulumi/errors";
import { afterEach, describe, expect, test } from "vitest";
import { ApiKey } from "../../provider/index.ts";
import type { ApiKeyArgs } from "../../provider/resources/args.ts";

const args: ApiKeyArgs = { permissions: [{ resource: "scores", actions: ["read"] }] };

// A border: what a JavaScript program may pass, whatever the types say.
const untyped = <T>(value: unknown) => value as T;

describe("the constructor refuses, with the remedy and without a stack, what could only go wrong later", () => {
  test.each<[string, () => unknown, RegExp]>([
    ["no arguments", () => new ApiKey("a", untyped(undefined)), /^a: the arguments are missing; write new ApiKey/],
    ["null", () => new ApiKey("a", untyped(null)), /^a: the arguments are missing; write new ApiKey/],
    [
      "retainOnDelete",
      () => new ApiKey("a", args, { retainOnDelete: true }),
      /^a: retainOnDelete .*use deletionPolicy: "retain"/,
    ],
    [
      "deletedWith",
      () => new ApiKey("a", args, { deletedWith: new pulumi.DependencyResource("urn:pulumi:s::p::t:m:T::n") }),
      /^a: deletedWith .*Pulumi would skip the revocation.*remove it .*deletionPolicy: "retain"/,
    ],
    ["id", () => new ApiKey("a", args, { id: "key_1" }), /^a: id would read a key .*use getApiKeys\(\).*adopt/],
    ["urn", () => new ApiKey("a", args, { urn: "urn:x" }), /^a: urn would read a key .*use getApiKeys\(\).*adopt/],
    ["options as an argument", () => new ApiKey("a", untyped({ ...args, options: {} })), /^a: options is not .*third/],
    [
      "envVarMappings",
      () => new ApiKey("a", args, untyped({ envVarMappings: { A: "B" } })),
      /^a: envVarMappings .*; remove it/,
    ],
    [
      "a timeout that is none",
      () => new ApiKey("a", args, { customTimeouts: { create: "1m30s", delete: "1d" } }),
      /^a: customTimeouts\.delete is not a span; write one such as "90s"/,
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

test.each([
  ["0s", false],
  ["0d", false],
  ["1s", true],
])("an overlap of %s beside deleteBeforeReplace is refused: %s", async (overlap, refused) => {
  const make = () => new ApiKey("a", { ...args, rotation: { overlap } }, { deleteBeforeReplace: true });
  if (refused) expect(make).toThrow(/^a: deleteBeforeReplace/);
  else expect(make).not.toThrow(/deleteBeforeReplace/);
});

describe("a runtime that can't work", () => {
  const { versions } = process;
  afterEach(() => Object.defineProperty(process, "versions", { value: versions }));

  test.each([
    ["20.20.2", {}, /^a: pulumi-zkscore can't work in this program: Node 20\.20\.2 .*too old; run it with Node 22\.19/],
    ["22.18.0", {}, /Node 22\.18\.0 .*too old/],
    ["24.0.0", { bun: "1.3.0" }, /: Bun runs it.*; run it with Node 22\.19/],
  ])("Node %s %j stops the program with cause and remedy", (node, others, says) => {
    Object.defineProperty(process, "versions", { value: { ...versions, node, ...others } });
    const make = () => new ApiKey("a", args);
    expect(make).toThrow(RunError);
    expect(make).toThrow(says);
  });
});
