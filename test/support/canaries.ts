import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

/** Secrets that must be nowhere in clear, by what they are. */
export type Canaries = ReadonlyMap<string, string>;

/** The spellings in which a secret would be as good as in clear. */
export function formsOf(secret: string): Record<string, string> {
  const middle = Math.ceil(secret.length / 2);
  const json = JSON.stringify(secret).slice(1, -1);
  const byGo = json.replace(/[&<>]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`);
  return {
    raw: secret,
    base64: Buffer.from(secret).toString("base64"),
    // In the midst of something encoded, at either shift; the ends depend on the neighbours.
    "base64 shifted": Buffer.from(`.${secret}`).toString("base64").slice(4, -4),
    "base64 shifted by two": Buffer.from(`..${secret}`).toString("base64").slice(4, -4),
    base64url: Buffer.from(secret).toString("base64url"),
    hex: Buffer.from(secret).toString("hex"),
    URL: encodeURIComponent(secret),
    JSON: json,
    "JSON in JSON": JSON.stringify(json).slice(1, -1),
    "JSON by Go": byGo,
    "JSON in JSON by Go": JSON.stringify(byGo).slice(1, -1),
    "first half": secret.slice(0, middle),
    "second half": secret.slice(middle),
  };
}

/** What of the secrets a text holds: `webhook secret as hex`. Upper and lower case are the same. */
export function leaksIn(text: string, canaries: Canaries): string[] {
  const haystack = text.toLowerCase();
  return [...canaries].flatMap(([name, secret]) =>
    Object.entries(formsOf(secret))
      .filter(([, form]) => haystack.includes(form.toLowerCase()))
      .map(([form]) => `${name} as ${form}`),
  );
}

/** Every file below a folder as one text each, with its path in front: a secret may be in a name, too. */
export function filesBelow(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const name = relative(folder, path);
      return [name, `${name}\n${readFileSync(path, "utf8")}`];
    }),
  );
}
