import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A private key and its certificate, as `node:tls` takes them. */
export interface Identity {
  key: string;
  cert: string;
}

/** An authority that nobody knows, in a temp folder. */
export interface Authority {
  /** Its certificate, as a PEM file. */
  file: string;
  pem: string;
  /** A server's certificate. `notAfter` in openssl's form, `20200102000000Z`. */
  issue(name: string, notAfter?: string): Identity;
  /** One that nobody but itself has signed. */
  selfSigned(name: string): Identity;
  dispose(): void;
}

export function createAuthority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), "zkscore-ca-"));
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  openssl("req", "-x509", ...key, "-subj", "/CN=Test authority", "-days", "2", "-keyout", "ca.key", "-out", "ca.pem");
  const read = (name: string) => ({
    key: readFileSync(at(`${name}.key`), "utf8"),
    cert: readFileSync(at(`${name}.pem`), "utf8"),
  });
  let count = 0;
  return {
    file: at("ca.pem"),
    pem: readFileSync(at("ca.pem"), "utf8"),
    issue(host, notAfter = "20990101000000Z") {
      const name = `server${count++}`;
      writeFileSync(at(`${name}.cnf`), database(host, notAfter));
      writeFileSync(at(`${name}.txt`), "");
      openssl("req", ...key, "-subj", `/CN=${host}`, "-keyout", `${name}.key`, "-out", `${name}.csr`);
      writeFileSync(at("index.txt"), "");
      openssl("ca", "-batch", "-config", `${name}.cnf`, "-in", `${name}.csr`, "-out", `${name}.pem`, "-notext");
      return read(name);
    },
    selfSigned(host) {
      const name = `self${count++}`;
      const san = ["-addext", `subjectAltName=DNS:${host}`];
      openssl(
        "req",
        "-x509",
        ...key,
        "-subj",
        `/CN=${host}`,
        ...san,
        "-days",
        "2",
        "-keyout",
        `${name}.key`,
        "-out",
        `${name}.pem`,
      );
      return read(name);
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** What `openssl ca` needs to issue one certificate: only it takes an end in the past. */
function database(host: string, notAfter: string): string {
  return [
    "[ca]",
    "default_ca = one",
    "[one]",
    "dir = .",
    "database = index.txt",
    "new_certs_dir = .",
    "rand_serial = yes",
    "certificate = ca.pem",
    "private_key = ca.key",
    "default_md = sha256",
    "default_startdate = 20200101000000Z",
    `default_enddate = ${notAfter}`,
    "policy = any",
    "x509_extensions = server",
    "unique_subject = no",
    "[any]",
    "commonName = supplied",
    "[server]",
    `subjectAltName = DNS:${host}`,
    "extendedKeyUsage = serverAuth",
    "",
  ].join("\n");
}
