const DEPTH_MAX = 64;

/**
 * `JSON.parse` for bodies nobody vouches for. Undefined: not JSON, or nested deeper than any answer of this API.
 * Own `__proto__` keys are removed, so that no later copy of an object can change a prototype.
 */
export function parseJson(text: string): { value: unknown } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // its message quotes the body
  }
  const stack: { node: unknown; depth: number }[] = [{ node: value, depth: 0 }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { node, depth } = top;
    if (typeof node !== "object" || node === null) continue;
    if (depth > DEPTH_MAX) return undefined;
    if (Object.hasOwn(node, "__proto__")) Reflect.deleteProperty(node, "__proto__");
    for (const child of Object.values(node)) {
      if (typeof child === "object" && child !== null) stack.push({ node: child, depth: depth + 1 });
    }
  }
  return { value };
}

/** An object's own property, of whatever type; undefined for anything that isn't an object. */
export function own(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return Reflect.get(value, key);
}
