import { readFileSync } from "node:fs";

// node ci/comment.ts preview.txt: Markdown for the pull request, from what `pulumi preview` printed (without --diff or --json).
// What it gives is what the preview says: Pulumi hides secrets there, and this script reads nothing else.
const MARK = "<!-- zkscore-preview -->"; // by which the next run finds the comment
const LIST_BYTES = 10_000; // of each of its five lists: GitHub takes 65,536 characters
const KEY = "pulumi-nodejs:dynamic/zkscore:ApiKey";

const text = readFileSync(process.argv[2] ?? "preview.txt", "utf8");
const lines = text.split(/\r?\n/);

/** Lines of the output's part that begins with `heading:` and ends where the next one begins. */
function section(heading: string): string[] {
  const start = lines.indexOf(`${heading}:`);
  if (start < 0) return [];
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => /^\S/.test(line));
  return (end < 0 ? rest : rest.slice(0, end)).filter((line) => line.trim() !== "");
}

/** As Markdown that shows just these characters, and mentions nobody. */
function plain(line: string): string {
  return line.replace(/[\\`*_[\]<>&#|~]/g, "\\$&").replaceAll("@", "@<!-- -->");
}

/** The first ones, as many as have room, and how many there are more. */
function fitting(all: readonly string[]): string[] {
  let bytes = 0;
  const some = all.filter((line) => {
    bytes += Buffer.byteLength(line) + 1;
    return bytes <= LIST_BYTES;
  });
  return some.length === all.length
    ? some
    : [...some, `- … and ${all.length - some.length} more lines: see the job's log`];
}

/** A block as it stands, whatever backticks are in it. */
function block(all: readonly string[]): string[] {
  const content = fitting(all);
  const longest = Math.max(
    2,
    ...content
      .join("\n")
      .split(/[^`]+/)
      .map((run) => run.length),
  );
  const fence = "`".repeat(longest + 1);
  return [`${fence}text`, ...content, fence, ""];
}

/** `backend: key key_1 will be replaced: why`, with the name and what widens in bold. */
function item(line: string): string {
  const [, name = "", rest = ""] = /^(.+?): (key \S+ will be .*)$/.exec(line) ?? [];
  return `- **${plain(name)}**: ${plain(rest).replace(/permissions widen: .*?(?=; |\. |$)/g, "**$&**")}`;
}

const diagnostics = section("Diagnostics");
const said = diagnostics.map((line) => line.trim());
const isExplained = (line: string) => /: key \S+ will be (replaced|changed in place): /.test(line);
const explained = [...new Set(said.filter(isExplained))];
const widening = explained.filter((line) => line.includes("permissions widen"));
const others = explained.filter((line) => !line.includes("permissions widen"));
const isNoise = (line: string) => /^\s*(pulumi:pulumi:Stack \(.*\):|error: preview failed)$/.test(line);
const rest = diagnostics.filter((line) => !isExplained(line) && !isNoise(line));

const policies = section("Policies");
const refused = policies.some((line) => /^\s+- \[mandatory\]/.test(line));
const advised = policies.some((line) => /^\s+- \[(advisory|remediate)\]/.test(line));
const counts = section("Resources").map((line) => line.trim().replace(/^[+~-]+ ?/, ""));
const isFailed = counts.length === 0 || said.some((line) => line.startsWith("error: "));

// ` +- TYPE NAME replace [diff: ~permissions]`
const rows = lines.filter((line) => /^ [ +~-]{2} \S+:\S+ .* (create|delete|replace|update)\b/.test(line));
const keysTo = (operation: string) =>
  rows.flatMap((row) => {
    const [, name] = new RegExp(`^ [ +~-]{2} ${KEY} (.+?) ${operation}\\s*$`).exec(row) ?? [];
    return name === undefined ? [] : [plain(name)];
  });

const stack = /^Previewing update \((.+?)\)/m.exec(text)?.[1] ?? "unknown stack";
const title = refused ? "refused by a policy" : isFailed ? "the preview failed" : counts.join(", ");
const comment = [
  MARK,
  `### API keys of ${plain(stack)}: ${title}`,
  "",
  ...(widening.length > 0 ? ["> [!WARNING]", "> **Keys may do more than before**", ">"] : []),
  ...fitting(widening.map((line) => `> ${item(line)}`)),
  "",
  ...fitting([
    ...others.map(item),
    ...keysTo("create").map((name) => `- **${name}**: a new key`),
    ...keysTo("delete").map(
      (name) => `- **${name}**: leaves the program; its deletionPolicy says what becomes of the key`,
    ),
  ]),
  "",
  ...(refused || advised ? ["**What the policies say**", "", ...block(policies)] : []),
  ...(rest.length > 0 ? ["**What else Pulumi says**", "", ...block(rest)] : []),
  ...(rows.length > 0 ? ["<details><summary>All operations</summary>", "", ...block(rows), "</details>", ""] : []),
];
process.stdout.write(comment.join("\n").replace(/\n{3,}/g, "\n\n"));
