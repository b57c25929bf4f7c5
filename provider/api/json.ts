const DEPTH_MAX = 64;
/** Characters of text per object or list, beyond the first thousands: empty ones take twenty times the memory of their text. */
const TEXT_PER_NODE = 6;
const NODES_FREE = 10_000;

/**
 * `JSON.parse` for bodies nobody vouches for. Undefined: not JSON, or nested deeper than any answer of this API, or in more pieces.
 * Own `__proto__` keys are removed, so that no later copy of an object can change a prototype. Halves of characters, which
 * Pulumi's protocol can't carry (a key would be made and its secret lost), become U+FFFD.
 */
export function parseJson(text: string): { value: unknown } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // its message quotes the body
  }
  let nodes = 0;
  const nodesMax = NODES_FREE + text.length / TEXT_PER_NODE;
  const stack: { node: unknown; depth: number }[] = [{ node: value, depth: 0 }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { node, depth } = top;
    if (typeof node !== "object" || node === null) continue;
    nodes += 1;
    if (depth > DEPTH_MAX || nodes + stack.length > nodesMax) return undefined;
    if (Object.hasOwn(node, "__proto__")) Reflect.deleteProperty(node, "__proto__");
    if (Array.isArray(node)) {
      for (const [index, child] of node.entries()) {
        if (typeof child === "object" && child !== null) stack.push({ node: child, depth: depth + 1 });
        else if (typeof child === "string" && !child.isWellFormed()) node[index] = child.toWellFormed();
      }
      continue;
    }
    for (const key of Object.keys(node)) {
      const child: unknown = Reflect.get(node, key);
      if (typeof child === "object" && child !== null) stack.push({ node: child, depth: depth + 1 });
      const whole = typeof child === "string" ? child.toWellFormed() : child;
      if (whole === child && key.isWellFormed()) continue;
      Reflect.deleteProperty(node, key);
      Reflect.set(node, key.toWellFormed(), whole);
    }
  }
  return { value };
}

/** An object's own property, of whatever type; undefined for anything that isn't an object. */
export function own(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return Reflect.get(value, key);
}
