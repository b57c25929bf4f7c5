// Loaded before all else in the Node processes of a test's stack. The SDK loads npm's tree builder and the TypeScript
// compiler at its start, half of its time, and uses them only to turn closures into text, which nothing here does:
// they are loaded when something first asks for a part of them.
const Module = require("node:module");
const { setFlagsFromString } = require("node:v8");

// The SDK sets this in a program that runs. V8 takes nothing from the compile cache that other flags have written.
setFlagsFromString("--allow-natives-syntax");

const load = Module._load;
Module._load = function (request, ...rest) {
  if (request !== "@npmcli/arborist" && request !== "typescript") return load.call(this, request, ...rest);
  // `__esModule` keeps TypeScript's import helpers from copying the parts, and so from loading it.
  const part = (_target, name) => name === "__esModule" || load.call(this, request, ...rest)[name];
  return new Proxy({}, { get: part });
};
