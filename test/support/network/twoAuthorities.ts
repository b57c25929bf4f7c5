import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterAll, beforeAll } from "vitest";
import { type Authority, createAuthority } from "./certificates.ts";

/** For all tests of a file: an authority that this process trusts, and one that nobody knows. */
export function twoAuthorities(): { known: () => Authority; unknown: () => Authority } {
  const trusted = getCACertificates("default");
  let known: Authority | undefined;
  let unknown: Authority | undefined;
  beforeAll(() => {
    known = createAuthority();
    unknown = createAuthority();
    setDefaultCACertificates([...trusted, known.pem]);
  });
  afterAll(() => {
    setDefaultCACertificates(trusted);
    known?.dispose();
    unknown?.dispose();
  });
  return { known: () => made(known), unknown: () => made(unknown) };
}

function made(authority: Authority | undefined): Authority {
  if (authority === undefined) throw new Error("no authority before the first test");
  return authority;
}
