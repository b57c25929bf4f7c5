/** No engine could be found or built. The message says what was tried and what to do. */
export class EngineMissingError extends Error {
  override readonly name = "EngineMissingError";

  constructor(why: string, options?: ErrorOptions) {
    super(
      `The Pulumi engine is not available: ${why}\nInstall it (with its Node.js language host) from https://www.pulumi.com/docs/install/ and run this again.`,
      options,
    );
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
