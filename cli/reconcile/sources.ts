import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { buffer, text } from "node:stream/consumers";
import { ZkscoreError } from "../../provider/domain/errors.ts";
import { decodeText } from "../decodeText.ts";
import { type ExportedState, parseState } from "../exportedState.ts";

/** The states in the files named (`-`: stdin), or of the current stack of this folder when none is. */
export async function readStates(files: readonly string[]): Promise<ExportedState[]> {
  if (files.length === 0) return [parseState(await exportCurrent(), "the current stack")];
  return Promise.all(files.map(readOne));
}

async function readOne(file: string): Promise<ExportedState> {
  if (file === "-") return parseState(decodeText(await buffer(process.stdin), "stdin"), "stdin");
  let content: Buffer;
  try {
    content = await readFile(file);
  } catch (error) {
    const directory = error instanceof Error && "code" in error && error.code === "EISDIR";
    throw unavailable(
      `the state file ${file} can't be read`,
      directory ? "it is a directory" : "it isn't there, or isn't yours to read",
      directory ? "give files: `pulumi stack export > state.json`" : "check its name",
    );
  }
  return parseState(decodeText(content, file), file);
}

/** `pulumi stack export`: secrets stay encrypted. */
function exportCurrent(): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn("pulumi", ["stack", "export", "--non-interactive"], { stdio: ["ignore", "pipe", "inherit"] });
    const printed = text(child.stdout);
    const remedy =
      "run this in the project's folder with a stack selected, or give files: `pulumi stack export > state.json`";
    child.on("error", () =>
      reject(unavailable("the current stack can't be exported", "`pulumi` isn't on PATH", remedy)),
    );
    child.on("close", (code) => {
      if (code === 0) printed.then(resolve, reject);
      else
        reject(
          unavailable("the current stack can't be exported", `\`pulumi stack export\` ended with ${code}`, remedy),
        );
    });
  });
}

function unavailable(what: string, why: string, remedy: string): ZkscoreError {
  return new ZkscoreError({
    code: "ZKS_INPUT",
    what,
    why,
    remedy,
    safe: "no request was made",
    outcome: "not-executed",
  });
}
