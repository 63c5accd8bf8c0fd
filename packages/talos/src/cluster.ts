import { ComponentResource, output, secret, type ComponentResourceOptions, type Input, type Output, type Resource } from "@pulumi/pulumi";
import * as talos from "@pulumiverse/talos";
import { applyTransform, type Bytes, type Duration, type Transform } from "@rzp/core";
import { installPatch, machinePatches, patchYaml, type MachinePatch } from "./patches.ts";
import { clusterSpec, type ClusterSpec, type NodeSpec } from "./spec.ts";

/** A disk for Longhorn's data. It is chosen and formatted once; later changes of both fields do nothing to a machine that has it. */
export interface DataDisk {
  /** CEL expression over `disk` and `system_disk` that picks the disk. Machines check it, nobody before them. @default {@link DATA_DISK}, any disk but the system's */
  selector?: string;
  /** Smallest size accepted, with a binary unit. The volume grows to the whole disk. @default "10Gi" */
  minSize?: Bytes;
}

/** One machine of a cluster; its key is its host name and the name of its Kubernetes node. */
export interface TalosNode {
  /** What it runs. Changing it needs a fresh machine: a live one refuses. */
  role: "controlplane" | "worker";
  /** IPv4 address without prefix. The machine must already answer there when it waits for its first configuration (cloud-init, or a lease of the router). In place. */
  address: string;
  /** Where its Talos API is reached from here, when not at `address`: behind a forwarded port, or in a lab. A host, with a port unless it is 50000. In place. @default `address` */
  endpoint?: string;
  /** The machine itself: it is configured after this resource is there. @default no machine is waited for */
  after?: Resource;
  /** MAC address of the card that gets the address: needed with more than one card, or all of them get it. In place. @default every virtio card */
  mac?: string;
  /** Device Talos is installed on. Only read while installing. @default "/dev/sda" */
  installDisk?: string;
  /** A second disk, for Longhorn, mounted at `/var/mnt/longhorn`. Adding it is in place. @default false */
  dataDisk?: boolean | DataDisk;
  /** Labels of the Kubernetes node. In place. @default none */
  labels?: Readonly<Record<string, string>>;
  /** Image of this machine alone, of the same version: other extensions, for a GPU. In place; taken up by the next upgrade. @default the cluster's */
  image?: ImageReference;
  /** Patches of this machine alone, after the cluster's. @default none */
  patches?: readonly MachinePatch[];
}

/** The part of a `TalosImage` that a cluster needs. */
export interface ImageReference {
  version: string;
  installerImage: Input<string>;
}

/** What a machine does with a change that needs a reboot. */
export type ApplyMode = "auto" | "staged_if_needing_reboot";

/** Arguments for {@link TalosCluster}. The cluster's name is the component's. */
export interface TalosClusterArgs {
  /** A `TalosImage`, or a version and its installer. A change is in place and upgrades nothing: a machine takes it up with `talosctl upgrade`, node by node. */
  image: ImageReference;
  /** Kubernetes version, full: `v1.36.3`. A change restarts the control plane's pods and the kubelets in place; for more than a patch prefer `talosctl upgrade-k8s`, then write it here. */
  kubernetes: string;
  /**
   * Talos version the cluster was made with, full. It decides the kind of keys and which defaults are generated, and stays as it is when Talos is upgraded. Keys are
   * never remade by a change here; a higher one brings newer generated defaults to every machine.
   */
  secretsFrom: string;
  /** Virtual IPv4 address of the Kubernetes API, held by one control plane at a time. A change cuts every kubeconfig and worker off until they are configured anew. */
  vip: string;
  network: {
    /** Network of the machines, as a CIDR. */
    nodes: string;
    /** Default gateway. In place. */
    gateway: string;
    /** IPv4 addresses of DNS servers. In place. */
    nameservers: readonly string[];
    /** Network of pods. Never change it on a live cluster. @default "10.244.0.0/16" */
    pods?: string;
    /** Network of services. Never change it on a live cluster. @default "10.96.0.0/12" */
    services?: string;
  };
  /** The machines by name, an odd number of control planes. The first control plane declared is the one that etcd is started on, once. */
  nodes: Readonly<Record<string, TalosNode>>;
  /** Host of the Kubernetes API, when it has a name that resolves to the VIP. A change is as one of the VIP. @default the VIP */
  endpoint?: string;
  /** More host names or addresses that the API server's certificate holds. In place. @default none */
  certSans?: readonly string[];
  /** Whether control planes run workloads too. In place. @default false */
  allowSchedulingOnControlPlanes?: boolean;
  /**
   * What happens when a change needs a reboot. `staged_if_needing_reboot` asks the machine (also in a preview), stages such a change and says so: you then reboot machines one by one.
   * `auto` lets them reboot, and since a machine answers before it goes down, several at once.
   * @default "staged_if_needing_reboot"
   */
  applyMode?: ApplyMode;
  /** How long a machine may take to answer, per resource. A change sends every configuration again. @default "10m" */
  timeout?: Duration;
  /** Patches of every machine. @default none */
  patches?: readonly MachinePatch[];
  /** Whether the cluster's keys are protected from being deleted or replaced. @default true */
  protect?: boolean;
  /** Escape hatch over the children. Not part of the stable surface. */
  transform?: { apply?: Transform<talos.machine.ConfigurationApplyArgs> };
}

/** A Talos cluster on machines that exist: keys, configurations, etcd started once, and the way in. */
export class TalosCluster extends ComponentResource {
  /** URL of the Kubernetes API, `https://<host>:6443`. */
  readonly endpoint: string;
  /** An administrator's kubeconfig; secret. **The API may still be starting when it is there: give a Kubernetes provider {@link apiReady} of it.** */
  readonly kubeconfigRaw: Output<string>;
  /** An administrator's talosconfig with all machines; secret. */
  readonly talosconfig: Output<string>;
  /** Credentials of the Talos API; secret. */
  readonly clientConfiguration: Output<{ caCertificate: string; clientCertificate: string; clientKey: string }>;
  readonly nodes: Readonly<{
    secrets: talos.machine.Secrets;
    /** By name of the node. */
    configurations: Readonly<Record<string, talos.machine.ConfigurationApply>>;
    bootstrap: talos.machine.Bootstrap;
    kubeconfig: talos.cluster.Kubeconfig;
  }>;

  constructor(name: string, { transform, ...args }: TalosClusterArgs, opts?: ComponentResourceOptions) {
    const spec = clusterSpec(name, args);
    super("rzp:talos:TalosCluster", name, summary(spec), opts);
    const [first] = spec.controlPlanes;
    const { timeout } = spec;

    // A lowered version would remake every CA and key; ignoring it and protecting them each suffice alone.
    const secrets = new talos.machine.Secrets(name, { talosVersion: spec.secretsFrom }, { parent: this, protect: args.protect ?? true, ignoreChanges: ["talosVersion"] });
    const clientConfiguration = secret(secrets.clientConfiguration);
    const configurations = applyConfigurations(this, spec, args, { secrets, clientConfiguration }, transform?.apply);
    const access = { ...reach(first), clientConfiguration };
    const bootstrap = new talos.machine.Bootstrap(name, { ...access, timeouts: { create: timeout } }, { parent: this, dependsOn: configured(first, configurations) });
    // Without an explicit renewal window every up may fail: `unexpected unknown property value for "kubeconfigRaw"`.
    const kubeconfig = new talos.cluster.Kubeconfig(name, { ...access, certificateRenewalDuration: "720h", timeouts: { create: timeout, update: timeout } }, { parent: this, dependsOn: bootstrap });

    this.endpoint = spec.endpoint;
    this.kubeconfigRaw = secret(kubeconfig.kubeconfigRaw);
    this.talosconfig = talosconfig(this, spec, clientConfiguration);
    this.clientConfiguration = clientConfiguration;
    this.nodes = { secrets, configurations, bootstrap, kubeconfig };
    this.registerOutputs({ endpoint: this.endpoint, kubeconfigRaw: this.kubeconfigRaw, talosconfig: this.talosconfig });
  }
}

// Without the order, etcd would be asked for on a machine that has no configuration.
function configured({ name }: NodeSpec, configurations: Readonly<Record<string, talos.machine.ConfigurationApply>>): talos.machine.ConfigurationApply {
  const configuration = configurations[name];
  if (configuration === undefined) throw new Error(`no configuration was made for ${name}`);
  return configuration;
}

// What the engine keeps of the component's arguments: nothing of it is secret, and no resource hangs on it.
function summary({ talos: version, kubernetes, endpoint, controlPlanes, workers }: ClusterSpec): Record<string, unknown> {
  const nodes = [...controlPlanes, ...workers].map(({ name, role, address }) => [name, { role, address }] as const);
  return { talos: version, kubernetes, endpoint, nodes: Object.fromEntries(nodes) };
}

interface Access {
  secrets: talos.machine.Secrets;
  clientConfiguration: Output<{ caCertificate: string; clientCertificate: string; clientKey: string }>;
}

type Args = Omit<TalosClusterArgs, "transform">;

/**
 * Sends every machine its configuration: control planes one after the other, so that a bad change meets one of them and stops there; workers after
 * the last one, since the certificate they answer with is signed by a control plane.
 */
function applyConfigurations(parent: TalosCluster, spec: ClusterSpec, args: Args, access: Access, transform?: Transform<talos.machine.ConfigurationApplyArgs>): Record<string, talos.machine.ConfigurationApply> {
  const generated = { controlplane: generate(parent, spec, "controlplane", access), worker: generate(parent, spec, "worker", access) };
  const applied: Record<string, talos.machine.ConfigurationApply> = {};
  const apply = (node: NodeSpec, before: Resource | undefined): talos.machine.ConfigurationApply => {
    const { image = args.image, after } = args.nodes[node.name] ?? {};
    const inputs: talos.machine.ConfigurationApplyArgs = {
      ...reach(node),
      clientConfiguration: access.clientConfiguration,
      machineConfigurationInput: generated[node.role],
      configPatches: [output(image.installerImage).apply((installer) => patchYaml(installPatch(node.installDisk, installer))), ...machinePatches(spec, node).map(patchYaml)],
      applyMode: spec.applyMode,
      timeouts: { create: spec.timeout, update: spec.timeout },
    };
    const dependsOn = [before, after].filter((resource) => resource !== undefined);
    return (applied[node.name] = new talos.machine.ConfigurationApply(`${spec.name}-${node.name}`, applyTransform(inputs, transform), { parent, dependsOn }));
  };

  const last = spec.controlPlanes.reduce<Resource | undefined>((before, node) => apply(node, before), undefined);
  for (const worker of spec.workers) apply(worker, last);
  return applied;
}

function reach({ address, endpoint }: NodeSpec): { node: string; endpoint?: string } {
  return { node: address, ...(endpoint === undefined ? {} : { endpoint }) };
}

// Only what the keys need goes in here: this result is one secret, and a patch in it would never be seen in a preview.
function generate(parent: TalosCluster, { name, endpoint, secretsFrom, kubernetes }: ClusterSpec, machineType: NodeSpec["role"], { secrets }: Access): Output<string> {
  const generated = talos.machine.getConfigurationOutput(
    { clusterName: name, clusterEndpoint: endpoint, machineType, machineSecrets: secret(secrets.machineSecrets), talosVersion: secretsFrom, kubernetesVersion: kubernetes },
    { parent },
  );
  return secret(generated.machineConfiguration);
}

function talosconfig(parent: TalosCluster, { name, controlPlanes, workers }: ClusterSpec, clientConfiguration: Access["clientConfiguration"]): Output<string> {
  const endpoints = controlPlanes.map(({ address, endpoint }) => endpoint ?? address);
  const nodes = [...controlPlanes, ...workers].map(({ address }) => address);
  return secret(talos.client.getConfigurationOutput({ clusterName: name, clientConfiguration, endpoints, nodes }, { parent }).talosConfig);
}
