/** What the dynamic-provider process would print for an error of ours: nothing of it, since the engine says it under the key. */
const SILENT = "pulumi-zkscore: said by the engine";

/**
 * An error that the engine shows once, under its resource. For check, diff, read and delete the process also prints
 * `${error}: ${error.stack}`, which the engine would show a second time, under the stack.
 */
export function bareError(message: string): Error {
  const bare = new Error(message);
  bare.stack = "";
  bare.toString = () => SILENT;
  return bare;
}

const print = console.error;
console.error = (...line: unknown[]) => {
  if (line[0] !== `${SILENT}: `) print(...line);
};
