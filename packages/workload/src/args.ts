import type { Bytes, Cpu, KubernetesObject, Transform } from "@rzp/core";
import type { Relax } from "./relax.ts";
import type { BackupClass, RenderContext, ServicePort } from "./service.ts";
import type { Site } from "./site.ts";

/** What a value may be made from: the service itself and the site it runs at. */
export interface Self {
  name: string;
  namespace: string;
  /** Full host name; empty when the service is not routed. */
  host: string;
  /** Address of its load balancer, a stack's own included; empty when it has none. */
  address: string;
  site: Site;
}

/** A text, or a function that makes it from the site and the services beside it. */
export type Text = string | ((self: Self, context: RenderContext) => string);

/** A volume of its own, on the site's storage class. */
export interface VolumeArgs {
  /** Growing it is done in place; Kubernetes refuses to shrink it. */
  size: Bytes;
  mountPath: string;
  /** Backup class, or the written reason why there is none. */
  backup: BackupClass | { none: string };
  /** Changing it needs a new volume. @default the site's */
  storageClass?: string;
}

/** A directory that is mounted from elsewhere. */
export interface Mount {
  name: string;
  mountPath: string;
  nfs: { server: string; path: string };
  readOnly?: boolean;
}

/** What a composite such as MediaApp adds to the pod, from the site's values. */
export interface PodExtras {
  mounts?: readonly Mount[];
  /** Group of the process, in place of the workload's own. */
  group?: number;
  /** Supplementary groups. */
  groups?: readonly number[];
  env?: Readonly<Record<string, string>>;
  /** Extended resources such as `gpu.intel.com/i915: 1`. */
  devices?: Readonly<Record<string, number>>;
  /** RuntimeClass that hands the devices in. */
  runtimeClass?: string;
  /** Annotations of the Deployment. */
  annotations?: Readonly<Record<string, string>>;
}

/** Arguments of one self-hosted service. Changing any of them restarts its pods, except where it says otherwise. */
export interface WorkloadArgs {
  /** `registry/name:tag@sha256:<digest>`. */
  image: string;
  /** Port that peers dial, and that the route leads to over HTTP. */
  port: number;
  /** Path on that port that answers 2xx or 3xx without a login when the service is well, such as `/ping`; `tcp` when a connection must do. */
  health: string;
  /** One sentence: what it is for. In place. */
  purpose?: string;
  /** Where its own documentation is; for the catalogue. */
  upstream?: string;
  /** What is known to be wrong with it and is accepted, one sentence each; for the catalogue. @default none */
  risks?: readonly string[];
  /** Further ports, which peers may dial unless one says otherwise; `http` is the name of the first. In place. @default none */
  ports?: readonly ServicePort[];
  /** How long a start may take, in seconds, before the pod is restarted. @default 300 */
  startupSeconds?: number;
  /** Replaces the image's entry point; `$(KEY)` as in `env`. @default the image's */
  command?: readonly string[];
  /** Replaces the image's arguments; `$(KEY)` as in `env`. @default the image's */
  args?: readonly string[];
  /** Environment in plain text. Nothing secret belongs here; `$(KEY)` of one of `secrets` is replaced by its value, any other `$` stays what it is. @default none */
  env?: Readonly<Record<string, Text>>;
  /**
   * Keys of the secret store; each becomes an environment variable. `remote` defaults to `/<category>/<name>/<key>`. A value that changes in the store
   * reaches the pods with their next start. @default none
   */
  secrets?: readonly (string | { key: string; remote: string })[];
  /**
   * Files by absolute path whose whole content is one key of the secret store, for apps that read no environment. Only the process's user and group can read
   * them. `remote` defaults to `/<category>/<name>/<key>`; a value that changes in the store reaches the pods with their next start. @default none
   */
  secretFiles?: Readonly<Record<string, string | { key: string; remote: string }>>;
  /** Files by absolute path, mounted read-only; a changed one restarts the pods. @default none */
  files?: Readonly<Record<string, Text>>;
  /**
   * Files that are written to a volume at the first start and belong to the app from then on; changing one changes nothing where it exists. The image must
   * have a shell. @default none
   */
  seed?: Readonly<Record<string, Text>>;
  /** Volumes by name, mounted by one pod at a time. The name is part of the claim's: another name is another, empty volume. @default none */
  volumes?: Readonly<Record<string, VolumeArgs>>;
  /** Writable directories that a restart empties, by path; a pod that writes more than the size is evicted. @default { "/tmp": "256Mi" } */
  scratch?: Readonly<Record<string, Bytes>>;
  /** User of the process. @default 1000, or 0 with `relax.root` */
  user?: number;
  /** Group of the process and of its volumes. @default the user */
  group?: number;
  /** Name below the site's domain; `false` for no route. In place, with a new certificate. @default the service's name */
  host?: string | false;
  /** `public` also publishes the host on the internet through the tunnel. @default "internal" */
  exposure?: "internal" | "public";
  /**
   * What the route asks for before it leads to the app: `basic` a name and password of those who may pass, for apps that ask for none themselves. It is asked
   * by the Middleware `auth` of the service's namespace, which must exist: until it does, the route answers nobody. In place. @default nothing
   */
  auth?: "basic";
  /** Services this one opens connections to; all others are closed. In place. @default none */
  talksTo?: readonly string[];
  /** Services that must be up before this one is applied. In place. @default none */
  needs?: readonly string[];
  /** May open connections to public addresses. In place. @default false */
  internet?: boolean;
  /** May open connections to the home network. In place. @default false */
  lan?: boolean;
  /** Fixed address from the site's pool for this service alone, and those of its ports that everybody may dial there. In place. @default none */
  loadBalancer?: { address: string; ports: readonly ServicePort[] };
  /** Pods at a time, spread over the nodes; with two or more a drain takes one at a time. In place. @default 1 */
  replicas?: number;
  /**
   * What each pod asks for. Memory is limited to four times its request; CPU is not, which would only throttle an idle machine.
   * @default { cpu: "50m", memory: "128Mi" }
   */
  resources?: { cpu?: Cpu; memory?: Bytes; memoryLimit?: Bytes };
  /** Time to stop, in seconds, before it is killed. @default 30 */
  gracePeriodSeconds?: number;
  /** What is allowed beyond the safe default, each with its reason. @default nothing */
  relax?: Relax;
  /** For composites: what the site adds to the pod. @default nothing */
  pod?: (site: Site) => PodExtras;
  /** Last changes to single objects, unchecked. */
  transform?: { deployment?: Transform<KubernetesObject>; service?: Transform<KubernetesObject>; networkPolicy?: Transform<KubernetesObject> };
}

/** The arguments with every text made. */
export type WrittenArgs = WorkloadArgs & Readonly<Record<"env" | "files" | "seed", Readonly<Record<string, string>>>>;

/** Every argument of a workload: one that is not among them is a slip of the pen. */
export const WORKLOAD_ARGS: Readonly<Record<keyof WorkloadArgs, true>> = {
  image: true, port: true, health: true, purpose: true, upstream: true, risks: true, ports: true, startupSeconds: true, command: true, args: true, env: true, secrets: true,
  secretFiles: true, files: true, seed: true, volumes: true, scratch: true, user: true, group: true, host: true, exposure: true, auth: true, talksTo: true, needs: true,
  internet: true, lan: true, loadBalancer: true, replicas: true, resources: true, gracePeriodSeconds: true, relax: true, pod: true, transform: true,
}; // prettier-ignore
