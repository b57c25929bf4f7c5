import { define } from "../rule.ts";
import { namesIn } from "../settings/environment.ts";
import { listed } from "./granted.ts";
import { cwe, nist } from "./references.ts";

export const environmentIsolation = define({
  id: "environment-isolation",
  title: "A key serves one environment",
  severity: "high",
  level: "mandatory",
  description: "What a key says about its environment is one environment, and that of its stack.",
  why:
    "A key called staging that a production stack made ends up in the staging vault, with production's data behind it. The " +
    "reference asks for one key per application and environment.",
  references: [nist("CM-4(1)"), cwe(668, "Exposure of Resource to Wrong Sphere")],
  reads: ["name", "namePrefix", "metadata.environment"],
  parameters: {},
  remediation: [
    "name the key after the application and leave the environment to the stack, or name the stack's own",
    "make a key for each environment, each in its own stack",
  ],
  example: { stack: "acme-prod", path: "namePrefix", insecure: "backend-staging", secure: "backend" },
  *stack(subjects) {
    for (const { key, urn, name, environment, environmentWords } of subjects) {
      const statements = [
        { path: "the logical name", text: name },
        { path: "name", text: key.name },
        { path: "namePrefix", text: key.namePrefix },
        { path: "metadata.environment", text: key.metadata?.["environment"] },
      ].flatMap(({ path, text }) => namesIn(environmentWords, text ?? "").map((said) => ({ path, said })));
      const said = [...new Set(statements.map((statement) => statement.said))];
      if (said.length > 1) {
        const places = listed([...new Set(statements.map(({ path }) => path))]);
        yield { code: "several", path: places, urn, message: `says ${listed(said)}: a key serves one environment` };
      }
      for (const word of said) {
        if (environment.name === undefined || word === environment.name) continue;
        const path = statements.find((statement) => statement.said === word)?.path ?? "name";
        const message = `says ${word}, but the ${environment.source} says ${environment.name}`;
        yield { code: "foreign", path, urn, message };
      }
    }
  },
});
