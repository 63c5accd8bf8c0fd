import type { Bytes, Cpu } from "@rzp/core";

/** The plain values of one environment: everything a manifest needs to know that is not the service's own. Nothing in it is secret. */
export interface Site {
  /** Zone that host names are made in: `sonarr` becomes `sonarr.<domain>`. */
  domain: string;
  /** IANA time zone, such as `Europe/Vienna`. */
  timeZone: string;
  /** The repository Argo CD reads, and where the rendered tree lies in it. */
  git: { repoURL: string; revision: string; path: string };
  storage: Storage;
  secretStore: SecretStore;
  certificates: Certificates;
  /** Where requests from outside enter the cluster. */
  ingress: Ingress;
  network: {
    /** Network of the nodes and of the people at home, in CIDR notation. */
    lan: string;
    pods: string;
    services: string;
    /** Address and port of the Kubernetes API as pods may dial it after service translation. */
    apiServer: { addresses: readonly string[]; port: number };
  };
  /** Addresses the load balancer hands out: ranges (`10.0.20.200-10.0.20.219`) or CIDRs. */
  loadBalancerPool: readonly string[];
  /** What the machines have; absent, nothing is said about whether the services fit. */
  capacity?: Capacity;
  /** The NFS export with the media library; absent where there is none. */
  media?: MediaLibrary;
}

/** What the services may use of the machines. */
export interface Capacity {
  /** Machines that run pods. */
  nodes: readonly { name: string; cpu: Cpu; memory: Bytes }[];
  /** Disks that volumes lie on. */
  dataDisks: readonly Bytes[];
}

/** Where volumes come from. */
export interface Storage {
  /** Storage class of volumes that name none. */
  className: string;
  /** Copies of each volume; no more than there are machines with a data disk. */
  replicas: number;
  /** Where the data disks are mounted on their machines. */
  dataPath: string;
  /** Where backups go, such as `nfs://10.0.10.5:/tank/backups`; without it there are only snapshots beside the data. */
  backupTarget?: string;
}

/** The ClusterSecretStore that holds every service's secrets, and what it reads. */
export interface SecretStore {
  name: string;
  url: string;
  projectSlug: string;
  environmentSlug: string;
  /** The Secret that the store logs in with; it is made outside the tree. */
  identity: { name: string; namespace: string };
}

/** Who signs the certificates of routes, and how it is shown that the zone is ours. */
export interface Certificates {
  /** Name of the cert-manager ClusterIssuer. */
  issuer: string;
  /** Address that the authority writes to when a certificate is about to end. */
  email: string;
  /** DNS zone in which the authority's questions are answered. */
  zone: string;
}

/** The ingress controller: its pods' namespace and name label, and how a route is attached to it. */
export interface Ingress {
  namespace: string;
  /** Value of the pods' label `app.kubernetes.io/name`. */
  app: string;
  /**
   * `entryPoint`: a Traefik IngressRoute on that TLS entry point, with a certificate of its own.
   * `gateway`: an HTTPRoute of the Gateway API on that Gateway, which holds the certificate itself.
   */
  route: { entryPoint: string } | { gateway: { name: string; namespace: string; sectionName?: string } };
}

/** One NFS export that holds downloads and library alike, so that a finished download is hard-linked and not copied. */
export interface MediaLibrary {
  /** Address or name of the NFS server. */
  server: string;
  /** Exported path, such as `/tank/media`. */
  path: string;
  /** Where every media app sees it. */
  mountPath: string;
  /** Group that owns the files; every media app runs with it. */
  group: number;
}
