import { generateKeyPair, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { z } from "zod";
import { makeAuthority, type Identity } from "../certificates.ts";
import type { TalosCredentials } from "../talos-client.ts";

const text = z.string();
/** A certificate with its key, each PEM in base64, as Talos writes them. */
const CERT_KEY = z.object({ cert: text, key: text });

/** All keys of a Talos cluster, in the provider's own shape. */
export const MACHINE_SECRETS = z.object({
  certs: z.object({ etcd: CERT_KEY, k8s: CERT_KEY, k8sAggregator: CERT_KEY, k8sServiceaccount: z.object({ key: text }), os: CERT_KEY }),
  cluster: z.object({ id: text, secret: text }),
  secrets: z.object({ bootstrapToken: text, secretboxEncryptionSecret: text }),
  trustdinfo: z.object({ token: text }),
});
export type MachineSecrets = z.output<typeof MACHINE_SECRETS>;

/** What the Talos API lets an administrator in with, each PEM in base64. */
export const CLIENT_CONFIGURATION = z.object({ caCertificate: text, clientCertificate: text, clientKey: text });
type ClientConfiguration = z.output<typeof CLIENT_CONFIGURATION>;

/** Makes all keys of a cluster, as the provider does on this machine without asking anybody. */
export async function makeSecrets(): Promise<{ machineSecrets: MachineSecrets; clientConfiguration: ClientConfiguration }> {
  const os = await makeAuthority("talos", { name: "Ed25519" });
  const [k8s, etcd, aggregator] = [await makeAuthority("kubernetes"), await makeAuthority("etcd"), await makeAuthority("front-proxy")];
  const admin = await os.client("admin", "os:admin", 365);
  const machineSecrets = {
    certs: { etcd: certKey(etcd), k8s: certKey(k8s), k8sAggregator: certKey(aggregator), k8sServiceaccount: { key: base64(await rsaKey()) }, os: certKey({ ...os, key: labelled(os.key) }) },
    cluster: { id: randomBytes(32).toString("base64url"), secret: randomBytes(32).toString("base64") },
    secrets: { bootstrapToken: token(), secretboxEncryptionSecret: randomBytes(32).toString("base64") },
    trustdinfo: { token: token() },
  };
  return { machineSecrets, clientConfiguration: { caCertificate: base64(os.certificate), clientCertificate: base64(admin.certificate), clientKey: base64(labelled(admin.key)) } };
}

/** The same, for a client. */
export function credentialsOf({ caCertificate, clientCertificate, clientKey }: ClientConfiguration): TalosCredentials {
  const pem = (text: string): string => Buffer.from(text, "base64").toString("utf8");
  return { authority: pem(caCertificate), certificate: pem(clientCertificate), key: pem(clientKey) };
}

function certKey({ certificate, key }: Identity): z.output<typeof CERT_KEY> {
  return { cert: base64(certificate), key: base64(key) };
}

/** Talos has a name of its own for this kind of key. */
const labelled = (pem: string): string => pem.replaceAll("PRIVATE KEY", "ED25519 PRIVATE KEY");
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const token = (): string => `${randomBytes(3).toString("hex")}.${randomBytes(8).toString("hex")}`;

async function rsaKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  return String(privateKey.export({ type: "pkcs1", format: "pem" }));
}
