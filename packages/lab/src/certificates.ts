// @peculiar/x509 needs it, and leaves it to its user.
import "reflect-metadata";
import { createPrivateKey, webcrypto } from "node:crypto";
import { isIP } from "node:net";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
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
  /** For a client; Kubernetes reads `name` as its user and `group` as its group. @param days how long it is good for */
  client(name: string, group?: string, days?: number): Promise<Identity>;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
/** Keys of the Talos API. */
const ED25519 = { name: "Ed25519" };
type Algorithm = typeof ALGORITHM | typeof ED25519;
const DAY_MS = 86_400_000;

// From an hour ago: the clock of whoever checks may go a little behind. A month: a kept lab is looked at later.
const validity = (days = 30): { notBefore: Date; notAfter: Date } => ({ notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + days * DAY_MS) });

/** @param algorithm keys of the authority and of all that it signs */
export async function makeAuthority(name: string, algorithm: Algorithm = ALGORITHM): Promise<Authority> {
  const keys = await makeKeys(algorithm);
  const usage = new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign | KeyUsageFlags.digitalSignature, true);
  const extensions = [new BasicConstraintsExtension(true, undefined, true), usage];
  const root = await X509CertificateGenerator.createSelfSigned({ name: [{ CN: [name] }], keys, signingAlgorithm: algorithm, extensions, ...validity() });
  return authority({ root, signingKey: keys.privateKey, algorithm }, await keyToPem(keys.privateKey));
}

/** An authority that somebody else made, with ECDSA on P-256 or Ed25519: the certificates and keys of a Talos cluster are of these. */
export function openAuthority({ certificate, key }: Identity): Authority {
  const root = new X509Certificate(certificate);
  const algorithm = (root.publicKey.algorithm as { name: string }).name === ED25519.name ? ED25519 : ALGORITHM;
  return authority({ root, signingKey: readKey(key).toCryptoKey(algorithm, true, ["sign"]), algorithm }, key);
}

/** @param pem As Talos writes it, too: it says ED25519 PRIVATE KEY where all others say PRIVATE KEY. */
export function readKey(pem: string): ReturnType<typeof createPrivateKey> {
  return createPrivateKey(pem.replaceAll("ED25519 PRIVATE KEY", "PRIVATE KEY"));
}

interface Signer {
  root: X509Certificate;
  signingKey: webcrypto.CryptoKey;
  algorithm: Algorithm;
}

function authority(signer: Signer, key: string): Authority {
  return {
    certificate: signer.root.toString("pem"),
    key,
    server: (subject, hosts) => {
      const names = hosts.map((value) => ({ type: isIP(value) === 0 ? ("dns" as const) : ("ip" as const), value }));
      return issue(signer, [{ CN: [subject] }], [new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]), new SubjectAlternativeNameExtension(names)]);
    },
    client: (subject, group, days) => issue(signer, [...(group === undefined ? [] : [{ O: [group] }]), { CN: [subject] }], [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])], days),
  };
}

async function issue({ root, signingKey, algorithm }: Signer, subject: Record<string, string[]>[], extensions: (ExtendedKeyUsageExtension | SubjectAlternativeNameExtension)[], days?: number): Promise<Identity> {
  const { publicKey, privateKey } = await makeKeys(algorithm);
  const certificate = await X509CertificateGenerator.create({ subject, issuer: root.subject, publicKey, signingKey, signingAlgorithm: algorithm, extensions, ...validity(days) });
  return { certificate: certificate.toString("pem"), key: await keyToPem(privateKey) };
}

/** Keys without a certificate, PEM: the tokens of ServiceAccounts are signed and checked with such. */
export async function makeKeyPair(): Promise<{ publicKey: string; privateKey: string }> {
  const { publicKey, privateKey } = await makeKeys(ALGORITHM);
  return { publicKey: PemConverter.encode(await webcrypto.subtle.exportKey("spki", publicKey), "PUBLIC KEY"), privateKey: await keyToPem(privateKey) };
}

async function makeKeys(algorithm: Algorithm): Promise<webcrypto.CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as webcrypto.CryptoKeyPair;
}

async function keyToPem(key: webcrypto.CryptoKey): Promise<string> {
  return PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");
}
