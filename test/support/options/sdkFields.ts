import { join } from "node:path";
import ts from "typescript";
import { packageRoot } from "../../../tools/root.ts";

/** Every field of an interface of the SDK in use and of what it extends, read from the SDK's own declarations. */
export function sdkFields(name = "CustomResourceOptions"): string[] {
  const file = join(packageRoot, "node_modules", "@pulumi", "pulumi", "resource.d.ts");
  const program = ts.createProgram([file], { types: [], skipLibCheck: true });
  const source = program.getSourceFile(file);
  if (source === undefined) throw new Error(`${file} is missing: run npm ci`);
  const checker = program.getTypeChecker();
  for (const statement of source.statements)
    if (ts.isInterfaceDeclaration(statement) && statement.name.text === name)
      return checker
        .getTypeAtLocation(statement)
        .getProperties()
        .map((property) => property.name)
        .sort();
  throw new Error(`the SDK declares no interface ${name}`);
}
