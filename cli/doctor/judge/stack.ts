import { failed, ok, unknown, type Verdict, warning } from "../check.ts";
import type { Facts } from "../look.ts";

export function backend({ engine, whoami, backend, env }: Facts): Verdict {
  if (engine === "missing") return unknown("without the engine the backend can't be asked");
  if (backend === undefined) {
    return failed(
      `\`pulumi whoami\` ${whoami === "late" ? "didn't end within seconds" : "failed"}: no state backend answers`,
      "`pulumi login`, or PULUMI_BACKEND_URL; with PULUMI_ACCESS_TOKEN check that it hasn't ended",
    );
  }
  const place = placeOf(backend);
  const asked = env["PULUMI_BACKEND_URL"] ?? backend;
  if (!asked.startsWith("file://") || asked.includes("metadata=skip") || backend.includes("metadata=skip"))
    return ok(place);
  return warning(
    `${place}, without \`?metadata=skip\`: a kill at a bad moment can leave an empty file, after which the state can't be loaded`,
    "write the backend's URL as file://…?metadata=skip",
  );
}

/** Without user, password and query: they may hold a secret. */
function placeOf(backend: string): string {
  if (!URL.canParse(backend)) return "a state backend";
  const { protocol, host, pathname } = new URL(backend);
  return `${protocol}//${host}${pathname}`;
}

export function lock({ backend, project, stacks, locks }: Facts): Verdict {
  if (backend === undefined) return unknown("no state backend answers");
  if (project === undefined) return unknown("no Pulumi.yaml here or above", "run this in the project's folder");
  const current = stacks?.find((one) => one.current === true);
  if (current === undefined) {
    return stacks === undefined
      ? unknown("`pulumi stack ls` failed", "run it yourself")
      : unknown("no stack is selected", "pulumi stack select");
  }
  if (current.updateInProgress === true) {
    return warning(`an operation runs on ${current.name}`, "wait for it; if it was killed: pulumi cancel");
  }
  if (locks === undefined) {
    return current.updateInProgress === false
      ? ok(`nothing runs on ${current.name}`)
      : unknown(`this kind of backend doesn't say whether ${current.name} is locked`, "the next command tells");
  }
  const [first] = locks;
  if (first === undefined) return ok(`nothing runs on ${current.name}`);
  const who = `process ${first.pid} of ${first.hostname}, since ${first.since}`;
  return first.alive === false
    ? failed(`${current.name} is locked by ${who}, which no longer runs`, "pulumi cancel, then pulumi up --refresh")
    : warning(`${current.name} is locked by ${who}`, "wait for it; if it no longer runs: pulumi cancel");
}

export function refresh({ project }: Facts): Verdict {
  if (project === undefined) return unknown("no Pulumi.yaml here or above", "run this in the project's folder");
  if (project.refreshAlways === undefined) {
    return unknown(
      `${project.file} is written in a way that this doesn't read`,
      "look for `refresh: always` under `options`",
    );
  }
  return project.refreshAlways
    ? ok("Pulumi.yaml says `refresh: always`")
    : warning(
        `${project.file} doesn't say \`refresh: always\`: a plain \`up\` heals no key that someone revoked, and ends nothing that a killed run left`,
        "write `options:` and below it `  refresh: always`; or always run pulumi up --refresh",
      );
}
