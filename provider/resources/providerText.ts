/**
 * The text the engine keeps in the state of every resource and evaluates in the dynamic-provider process, also for a
 * `destroy` years from now: a permanent interface. It loads `pulumi-zkscore/provider` from the program's own
 * dependencies, so nothing is serialised and no value of the program can be captured.
 *
 * Where a component's package brought it, pnpm hides it from the program: its folder of all packages, `.pnpm`, is the
 * second place. What is thrown in the end is no Error: the process prints `[object Object]: undefined` for it, which is
 * kept off, and the engine shows the message once, under the resource. Every byte stands twice in the state of each key.
 */
export function providerText(kind: "apiKey" | "stackIdentity"): string {
  return [
    'exports.handler=()=>{const R=require("module").createRequire,c=process.cwd(),l=console.error;',
    'for(const d of[c,...R(c+"/").resolve.paths("x").map(p=>p+"/.pnpm")])',
    `try{return R(d+"/")("pulumi-zkscore/provider").${kind}()}catch(e){if(!/^MODULE/.test(e.code))throw e}`,
    `console.error=m=>/^.obj/.test(m)||l(m);throw{message:"${MISSING}"+c}}`,
  ].join("");
}

const MISSING = "pulumi-zkscore isn't installed [ZKS_CONFIG]\\n  cause:  its keys need it\\n  remedy: install it in ";
