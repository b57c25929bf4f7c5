/**
 * The text the engine keeps in the state of every resource and evaluates in the dynamic-provider process, also for a
 * `destroy` years from now: a permanent interface. It loads `pulumi-zkscore/provider` from the program's own
 * dependencies, so nothing is serialised and no value of the program can be captured.
 */
export function providerText(kind: "apiKey" | "stackIdentity"): string {
  const load = 'require("module").createRequire(process.cwd() + "/package.json")("pulumi-zkscore/provider")';
  return `exports.handler = () => ${load}.${kind}();`;
}
