import { createHash } from "node:crypto";
import type { KeyView } from "../../../emulator/index.ts";
import { leaksIn } from "../canaries.ts";
import type { State } from "./stateFile.ts";

type Views = ReadonlyMap<string, KeyView>;

/** Each key's secret in the state is that key's. Compared by its hash: to use it would be to have it in use. */
export function secretFaults({ keys }: State, views: Views): string[] {
  return keys.flatMap(({ name, keyId, secret }) => {
    const hash = createHash("sha256").update(secret).digest("hex");
    return hash === views.get(keyId)?.secretSha256 ? [] : [`${name}: the secret in the state is not ${keyId}'s`];
  });
}

/** Each application has the key that its resource has now. */
export function applicationFaults({ deployed, keys }: State): string[] {
  return [...deployed].flatMap(([application, id]) => {
    const key = keys.find(({ name }) => name === application.replace(/-(sibling|outside)$/, ""));
    return key === undefined || key.keyId === id
      ? []
      : [`${application} still has ${id}, and ${key.name} is ${key.keyId}`];
  });
}

/** Secrets in clear, in what was printed and in the state: those of the program, the token, and every key's. */
export function leakFaults(output: string, state: State, secrets: ReadonlyMap<string, string>): string[] {
  const issued = state.keys.filter(({ secret }) => secret !== "");
  const all = new Map([
    ...secrets,
    ...issued.map(({ keyId, secret }): [string, string] => [`the secret of ${keyId}`, secret]),
  ]);
  return [
    ...leaksIn(output, all).map((leak) => `the output shows ${leak}`),
    ...leaksIn(state.text, all).map((leak) => `the state holds ${leak}`),
  ];
}

/** Keys of the account that carry this logical name, whatever became of them: a refusal changes none. */
export function ownKeys(views: Views, name: string): string {
  return JSON.stringify([...views.values()].filter(({ metadata }) => metadata["pulumi:name"] === name));
}
