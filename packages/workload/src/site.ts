/** The plain values of one environment: everything a manifest needs to know that is not the service's own. Nothing in it is secret. */
export interface Site {
  /** Zone that host names are made in: `sonarr` becomes `sonarr.<domain>`. */
  domain: string;
  /** IANA time zone, such as `Europe/Vienna`. */
  timeZone: string;
  /** The repository Argo CD reads, and where the rendered tree lies in it. */
  git: { repoURL: string; revision: string; path: string };
  /** Storage class of volumes that name none. */
  storageClass: string;
  /** Name of the ClusterSecretStore that holds every service's secrets. */
  secretStore: string;
  /** Name of the cert-manager ClusterIssuer that signs routes' certificates. */
  issuer: string;
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
  /** The NFS export with the media library; absent where there is none. */
  media?: MediaLibrary;
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
