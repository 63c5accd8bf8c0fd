// @peculiar/x509 needs it, and leaves it to its user.
import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { createServer as createTcpServer, type AddressInfo } from "node:net";
import { createServer, type Server } from "node:https";
import { BasicConstraintsExtension, ExtendedKeyUsage, ExtendedKeyUsageExtension, PemConverter, SubjectAlternativeNameExtension, X509CertificateGenerator, type X509Certificate } from "@peculiar/x509";
import { stringify } from "yaml";

/** A certificate with its key, both PEM. */
export interface Identity {
  cert: string;
  key: string;
}

/** A certificate authority made for one test run; nothing of it is kept. */
export interface Authority {
  cert: string;
  /** Signs a certificate for a server on that address, or for a client. */
  issue(purpose: { address: string } | "client"): Promise<Identity>;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

// Wide enough for any clock that is set at all.
const VALIDITY = { notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + 86_400_000) };

export async function makeAuthority(name: string): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const root = await X509CertificateGenerator.createSelfSigned({ name: `CN=${name}`, keys, signingAlgorithm: ALGORITHM, extensions: [new BasicConstraintsExtension(true, undefined, true)], ...VALIDITY });
  return { cert: root.toString("pem"), issue: (purpose) => issue(root, keys.privateKey, purpose) };
}

async function issue(root: X509Certificate, signingKey: webcrypto.CryptoKey, purpose: { address: string } | "client"): Promise<Identity> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const extensions =
    purpose === "client"
      ? [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])]
      : [new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]), new SubjectAlternativeNameExtension([{ type: "ip", value: purpose.address }])];
  const certificate = await X509CertificateGenerator.create({
    subject: purpose === "client" ? "O=system:masters, CN=admin" : "CN=kube-apiserver",
    issuer: root.subject,
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: ALGORITHM,
    extensions,
    ...VALIDITY,
  });
  return { cert: certificate.toString("pem"), key: PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY") };
}

/** A kubeconfig as Talos writes it: https://docs.siderolabs.com/talos/v1.13/reference/api, `Kubeconfig`. */
export function kubeconfig(server: string, ca: string, { cert, key }: Identity): string {
  const data = (pem: string): string => Buffer.from(pem).toString("base64");
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "homelab", cluster: { server, "certificate-authority-data": data(ca) } }],
    users: [{ name: "admin@homelab", user: { "client-certificate-data": data(cert), "client-key-data": data(key) } }],
    contexts: [{ name: "admin@homelab", context: { cluster: "homelab", namespace: "default", user: "admin@homelab" } }],
    "current-context": "admin@homelab",
  });
}

/** A port of the loopback on which nobody listens: connections to it are refused. */
export async function freePort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What it says to the n-th request, from 1; undefined leaves it without an answer. */
export type Answer = (nth: number) => { status: number; body: string } | undefined;

/** An API server over real TLS that lets nobody in without a client certificate of its authority. */
export interface ApiServer {
  /** Method and path of each request that came through. */
  readonly requests: string[];
  close(): Promise<void>;
}

export async function startApiServer(port: number, ca: string, identity: Identity, answer: Answer): Promise<ApiServer> {
  const requests: string[] = [];
  const server: Server = createServer({ ...identity, ca, requestCert: true, rejectUnauthorized: true }, (request, response) => {
    const said = answer(requests.push(`${request.method ?? ""} ${request.url ?? ""}`));
    if (said !== undefined) response.writeHead(said.status, { "content-type": "text/plain" }).end(said.body);
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
