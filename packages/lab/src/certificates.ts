// @peculiar/x509 needs it, and leaves it to its user.
import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { isIP } from "node:net";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type X509Certificate,
} from "@peculiar/x509";

/** A certificate with its key, both PEM. */
export interface Identity {
  certificate: string;
  key: string;
}

/** A certificate authority of one lab; nothing of it outlives the lab. */
export interface Authority extends Identity {
  /** For a server that is reached at these names and addresses. */
  server(name: string, hosts: readonly string[]): Promise<Identity>;
  /** For a client; Kubernetes reads `name` as its user and `group` as its group. */
  client(name: string, group?: string): Promise<Identity>;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY_MS = 86_400_000;

// From an hour ago: the clock of whoever checks may go a little behind. A month: a kept lab is looked at later.
const validity = (): { notBefore: Date; notAfter: Date } => ({ notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + 30 * DAY_MS) });

export async function makeAuthority(name: string): Promise<Authority> {
  const keys = await makeKeys();
  const usage = new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign | KeyUsageFlags.digitalSignature, true);
  const extensions = [new BasicConstraintsExtension(true, undefined, true), usage];
  const root = await X509CertificateGenerator.createSelfSigned({ name: [{ CN: [name] }], keys, signingAlgorithm: ALGORITHM, extensions, ...validity() });
  return {
    certificate: root.toString("pem"),
    key: await keyToPem(keys.privateKey),
    server: (subject, hosts) => {
      const names = hosts.map((value) => ({ type: isIP(value) === 0 ? ("dns" as const) : ("ip" as const), value }));
      return issue(root, keys.privateKey, [{ CN: [subject] }], [new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]), new SubjectAlternativeNameExtension(names)]);
    },
    client: (subject, group) => issue(root, keys.privateKey, [...(group === undefined ? [] : [{ O: [group] }]), { CN: [subject] }], [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])]),
  };
}

async function issue(root: X509Certificate, signingKey: webcrypto.CryptoKey, subject: Record<string, string[]>[], extensions: (ExtendedKeyUsageExtension | SubjectAlternativeNameExtension)[]): Promise<Identity> {
  const { publicKey, privateKey } = await makeKeys();
  const certificate = await X509CertificateGenerator.create({ subject, issuer: root.subject, publicKey, signingKey, signingAlgorithm: ALGORITHM, extensions, ...validity() });
  return { certificate: certificate.toString("pem"), key: await keyToPem(privateKey) };
}

/** Keys without a certificate, PEM: the tokens of ServiceAccounts are signed and checked with such. */
export async function makeKeyPair(): Promise<{ publicKey: string; privateKey: string }> {
  const { publicKey, privateKey } = await makeKeys();
  return { publicKey: PemConverter.encode(await webcrypto.subtle.exportKey("spki", publicKey), "PUBLIC KEY"), privateKey: await keyToPem(privateKey) };
}

async function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}

async function keyToPem(key: webcrypto.CryptoKey): Promise<string> {
  return PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");
}
