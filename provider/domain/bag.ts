/** Without fields that are `undefined`: the engine's protocol has no such value and fails on it. */
export function dropUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  // The cast states what the filter does; TypeScript can't follow it.
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

/** The entries of a bag with these keys, those that it has. */
export function pick<T extends object, K extends PropertyKey>(
  bag: T,
  keys: readonly K[],
): Partial<Pick<T, K & keyof T>> {
  // Likewise.
  return Object.fromEntries(Object.entries(bag).filter(([key]) => keys.some((one) => one === key))) as Partial<
    Pick<T, K & keyof T>
  >;
}
