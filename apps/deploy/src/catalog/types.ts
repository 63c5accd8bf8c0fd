/** What the catalogue's page reads: plain data, so that it can stand in a file. Whatever can be told from it (who needs whom, how many) is not in it twice. */
import type { BackupClass, Layer, PodSecurity } from "@rzp/workload/manifests";

export interface Catalog {
  /** Domain of the homelab. */
  domain: string;
  services: CatalogService[];
  /** Declared, and not wanted by this stack. */
  off: { name: string; category: string; purpose?: string }[];
  networks: { name: string; addresses: string; purpose: string }[];
  hosts: { name: string; machines: CatalogMachine[] }[];
  /** Where the Kubernetes API answers, whichever control plane is alive. */
  api: string;
  /** Name of the service that leads requests in, and of the tunnel from the internet. */
  ingress: { service: string; tunnel: string };
  backups: {
    /** Where volumes go; absent where they have only snapshots. */
    target?: string;
    /** Where databases go. */
    databases: string;
    /** What nothing here backs up. */
    media?: string;
    schedules: { name: BackupClass; volumes: string; databases: string }[];
  };
  /** Absent where none was held on the machine that built the page. */
  rehearsal?: CatalogRehearsal;
}

export interface CatalogService {
  name: string;
  category: string;
  layer: Layer;
  /** Sync wave inside its layer. */
  wave: number;
  /** `configuration` runs no pods of its own. */
  kind: "service" | "database" | "configuration";
  purpose?: string;
  /** Where its own documentation is. */
  upstream?: string;
  /** Files of the repository: its declaration, and the folder of its objects. */
  declaration: string;
  folder: string;
  namespace?: string;
  podSecurity?: PodSecurity;
  versions: CatalogVersion[];
  address?: { host: string; exposure: "internal" | "public"; password: boolean };
  /** Fixed address on the home network. */
  loadBalancer?: string;
  ports: CatalogPort[];
  /** Ports it takes on the nodes' own addresses, besides those that have a name. */
  hostPorts: number[];
  /** Names only: no value of any secret is known here. */
  secrets: { key: string; remote: string; /** Whose it is, where it is somebody else's. */ owner?: string }[];
  volumes: CatalogVolume[];
  talksTo: string[];
  needs: string[];
  managedBy?: string;
  relaxations: { what: string; reason: string }[];
  risks: string[];
  requests?: { cpu: string; memory: string; replicas: number };
}

export interface CatalogVersion {
  kind: "chart" | "image";
  name: string;
  version: string;
  /** In full: the image with its digest, or the chart's repository. */
  reference: string;
  /** Day on which this version came into the repository, which is no word about when it was released; absent where git does not say. */
  since?: string;
}

export interface CatalogPort {
  port: number;
  protocol: "TCP" | "UDP";
  name: string;
  /** Who may dial it, in words. */
  who: string[];
  /** Whether it answers on the home network: at the service's own address, or on its node's. */
  reach: "cluster" | "address" | "node";
}

export interface CatalogVolume {
  name: string;
  size: string;
  mountPath?: string;
  /** How often it is backed up, or why it is not. */
  backup: BackupClass | { none: string };
}

export interface CatalogMachine {
  name: string;
  role: string;
  address: string;
  cores: number;
  memory: string;
  disk: string;
  dataDisk?: string;
}

/** What a rehearsal found, as far as it is shown. Times are seconds since it began. */
export interface CatalogRehearsal {
  ok: boolean;
  /** When it ended, as ISO 8601; absent in reports of before that was kept. */
  ended?: string;
  seconds: number;
  versions: { kubernetes: string; argoCd: string };
  services: { healthy: number; declared: number };
  objects: { admitted: number; rendered: number };
  steps: { step: string; seconds: number; passed: boolean }[];
  problems: { application: string; object: string; message: string; declaration?: string }[];
  arrivals: { application: string; seen?: number; synced?: number; up?: number }[];
  /** What was played by stand-ins. */
  played: string[];
}
