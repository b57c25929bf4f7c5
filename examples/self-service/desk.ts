import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { type EngineEvent, LocalWorkspace, type Stack } from "@pulumi/pulumi/automation/index.js";
import { answer } from "./answer.ts";
import { BadRequest, parseRequest, stackOf } from "./request.ts";

const usage = "node desk.ts preview REQUEST.json | up STACK";
const policyPacks = ["node_modules/pulumi-zkscore/policy"];

/** Checks a request, keeps it as the file that a pull request holds, and says what `up` would do. */
async function preview(file: string): Promise<boolean> {
  const request = parseRequest(readFileSync(file, "utf8"));
  const kept = `requests/${stackOf(request)}.json`;
  writeFileSync(kept, `${JSON.stringify(request, null, 2)}\n`);
  console.log(`${kept} is the request. Nothing is made before it is merged.`);
  return run(stackOf(request), "would come of it", (stack, onEvent) => stack.preview({ policyPacks, onEvent }));
}

/** Makes, after the merge, what a request of the folder asks for. */
function up(name: string): Promise<boolean> {
  if (!existsSync(`requests/${name}.json`)) throw new BadRequest(`requests/${name}.json: there is no such request`);
  return run(name, "came of it", (stack, onEvent) => stack.up({ policyPacks, onEvent }));
}

/** Runs the engine, and answers in the requester's words. What they don't explain is an error, for whoever runs the desk. */
async function run(
  stackName: string,
  what: string,
  operation: (stack: Stack, onEvent: (event: EngineEvent) => void) => Promise<unknown>,
): Promise<boolean> {
  const stack = await LocalWorkspace.createOrSelectStack({ stackName, workDir: "." });
  const events: EngineEvent[] = [];
  const failure = await operation(stack, (event) => events.push(event)).then(
    () => undefined,
    (error: unknown) => error,
  );
  const { lines, refused } = answer(stackName, events);
  console.log(`${stackName}: ${refused ? "refused" : failure === undefined ? `what ${what}` : "failed"}`);
  for (const line of lines) console.log(`- ${line}`);
  if (failure !== undefined && !refused) throw failure;
  return failure === undefined;
}

async function main([command, of = ""]: string[]): Promise<boolean> {
  if (command === "preview" && of !== "") return preview(of);
  if (command === "up" && of !== "") return up(of);
  throw new BadRequest(usage);
}

main(process.argv.slice(2)).then(
  (done) => {
    process.exitCode = done ? 0 : 1;
  },
  (error: unknown) => {
    if (error instanceof BadRequest) console.error(error.message);
    else console.error(error instanceof Error ? error.message : error);
    process.exitCode = error instanceof BadRequest ? 2 : 1;
  },
);
