import type { Input } from "@pulumi/pulumi";

/** Credentials of a Talos API client, each base64 of PEM. */
export interface ClientConfiguration {
  caCertificate: string;
  clientCertificate: string;
  clientKey: string;
}

export interface ClientConfigurationArgs {
  caCertificate: Input<string>;
  clientCertificate: Input<string>;
  clientKey: Input<string>;
}

interface CertKey {
  cert: string;
  key: string;
}

/** Everything a cluster's trust hangs on. */
export interface MachineSecrets {
  certs: { etcd: CertKey; k8s: CertKey; k8sAggregator: CertKey; k8sServiceaccount: { key: string }; os: CertKey };
  cluster: { id: string; secret: string };
  secrets: { aescbcEncryptionSecret?: string; bootstrapToken: string; secretboxEncryptionSecret: string };
  trustdinfo: { token: string };
}
