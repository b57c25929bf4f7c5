const KNOWN = new RegExp(
  `^(${[
    "E[A-Z]{2,15}(_[A-Z]+)?",
    "UND_ERR_[A-Z_]{1,40}",
    "ERR_[A-Z0-9_]{1,50}",
    "HPE_[A-Z_]{1,40}",
    "(CERT|CRL)_[A-Z_]{1,40}",
    "[A-Z_]*(SELF_SIGNED|UNABLE_TO)[A-Z_]{0,40}",
    "INVALID_CA",
    "INVALID_PURPOSE",
    "PATH_LENGTH_EXCEEDED",
    "HOSTNAME_MISMATCH",
  ].join("|")})$`,
);

/** An error's `code`, if it is one of Node's, OpenSSL's or undici's; nothing else of the error is ever kept. */
export function nodeCodeOf(error: unknown): string | undefined {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  // undici gives a parser's error no code.
  if (code === undefined && error instanceof Error && error.name === "HTTPParserError") return "HPE_INVALID";
  return typeof code === "string" && KNOWN.test(code) ? code : undefined;
}
