/** `permissions[0].actions`, `["permissions"][0]`: its steps. */
export function stepsOf(path: string): string[] {
  return path.match(/[^.[\]"]+/g) ?? [];
}

/** True for a path of `ignoreChanges` that means a place in one of our lists. */
export function meansPlaces(path: string): boolean {
  const [list, ...inner] = stepsOf(path);
  return (list === "permissions" || list === "webhooks") && inner.some((step) => /^(\d+|\*)$/.test(step));
}
