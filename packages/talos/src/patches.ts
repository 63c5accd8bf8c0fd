import { defined, type Bytes, type Json } from "@rzp/core";
import { stringify } from "yaml";
import { isAtLeast, NOEXEC_VAR } from "./versions.ts";
import type { ClusterSpec, NodeSpec } from "./spec.ts";

/** A plain JSON object. */
export type JsonObject = Readonly<Record<string, Json | undefined>>;

/** A strategic merge patch over the machine configuration proper. */
export interface ConfigPatch {
  machine?: JsonObject;
  cluster?: JsonObject;
}

/** A document beside the machine configuration, such as `UserVolumeConfig`. */
export interface DocumentPatch {
  apiVersion: string;
  kind: string;
  readonly [field: string]: Json | undefined;
}

/**
 * A patch of a machine configuration, as a plain object. Lists in it are appended to what is there. It is shown in every preview: put nothing secret in it.
 * JSON patches (RFC 6902: `op`, `path`, `value`) do not work on a configuration of several documents.
 */
export type MachinePatch = ConfigPatch | DocumentPatch;

/** Name of the user volume that Longhorn's data lives on; Talos mounts it at `/var/mnt/longhorn`. */
export const LONGHORN_VOLUME = "longhorn";

/** Every disk that is neither the system's nor a CD-ROM. */
export const DATA_DISK = "!system_disk && !disk.readonly && !disk.cdrom";

/** What is patched into the machine configuration of a node, beside its installer: all of it plain, so that a preview shows it. */
export function machinePatches(cluster: ClusterSpec, node: NodeSpec): MachinePatch[] {
  return [
    // `unknown`, because the type of a JSON value without its undefined fields has no bottom.
    defined<unknown>({ machine: machineSection(cluster, node), cluster: clusterSection(cluster, node) }) as ConfigPatch,
    hostname(node),
    ...longhornVolume(node),
    ...executableVar(cluster, node),
    ...cluster.patches,
    ...node.patches,
  ];
}

/** Where Talos is installed and from what. A patch of its own: in a first preview the image is unknown, and would hide all the rest. */
export function installPatch(disk: string, image: string): MachinePatch {
  return { machine: { install: { disk, image, wipe: false } } };
}

/**
 * A patch as YAML for the provider. Written as YAML 1.1, which quotes `"off"`, `"yes"` and their like: Go's parser takes them for booleans wherever a
 * field could be one.
 */
export function patchYaml(patch: MachinePatch): string {
  return stringify(patch, { version: "1.1", lineWidth: 0 });
}

function machineSection({ network, vip }: ClusterSpec, { role, address, mac, labels }: NodeSpec): JsonObject {
  return {
    network: {
      nameservers: network.nameservers,
      interfaces: [
        {
          // By hardware, never by name: the kernel may call the same card eth0, ens18 or enp6s18.
          deviceSelector: mac === undefined ? { physical: true, driver: "virtio_net" } : { hardwareAddr: mac },
          dhcp: false,
          addresses: [`${address}/${network.nodes.prefix}`],
          routes: [{ network: "0.0.0.0/0", gateway: network.gateway }],
          vip: role === "controlplane" ? { ip: vip } : undefined,
        },
      ],
    },
    nodeLabels: labels,
    // The API server on every node's own port, so that the kubelet does not hang on the VIP.
    features: { kubePrism: { enabled: true, port: 7445 } },
  };
}

function clusterSection({ network, certSans, allowSchedulingOnControlPlanes }: ClusterSpec, { role }: NodeSpec): JsonObject {
  const subnets = { podSubnets: [network.pods.cidr], serviceSubnets: [network.services.cidr] };
  if (role === "worker") return { network: subnets };
  return {
    network: { cni: { name: "flannel", flannel: { kubeNetworkPoliciesEnabled: true } }, ...subnets },
    apiServer: { certSANs: certSans, admissionControl: [{ name: "PodSecurity", configuration: podSecurity() }] },
    allowSchedulingOnControlPlanes,
  };
}

// Talos' own defaults, written out so that no new version changes them unseen. `exemptions` are left out: lists are appended, Talos already exempts
// kube-system, and an API server that reads it twice does not start (siderolabs/talos#14397).
function podSecurity(): JsonObject {
  return {
    apiVersion: "pod-security.admission.config.k8s.io/v1alpha1",
    kind: "PodSecurityConfiguration",
    defaults: { enforce: "baseline", "enforce-version": "latest", audit: "restricted", "audit-version": "latest", warn: "restricted", "warn-version": "latest" },
  };
}

// The generated configuration says `auto: stable`; merged with a hostname but without `auto: "off"` the machine refuses it.
function hostname({ name }: NodeSpec): DocumentPatch {
  return { apiVersion: "v1alpha1", kind: "HostnameConfig", hostname: name, auto: "off" };
}

function longhornVolume({ dataDisk }: NodeSpec): DocumentPatch[] {
  if (dataDisk === undefined) return [];
  const provisioning = { diskSelector: { match: dataDisk.selector }, minSize: talosSize(dataDisk.minSize), grow: true };
  return [{ apiVersion: "v1alpha1", kind: "UserVolumeConfig", name: LONGHORN_VOLUME, provisioning }];
}

// Longhorn's V1 engine runs binaries from /var/lib/longhorn on every node with a volume attached, not only where its disks are.
function executableVar({ talos, longhorn, allowSchedulingOnControlPlanes }: ClusterSpec, { role }: NodeSpec): DocumentPatch[] {
  const runsWorkloads = role === "worker" || allowSchedulingOnControlPlanes;
  if (!longhorn || !runsWorkloads || !isAtLeast(talos, NOEXEC_VAR)) return [];
  return [{ apiVersion: "v1alpha1", kind: "VolumeConfig", name: "EPHEMERAL", mount: { secure: false } }];
}

function talosSize(size: Bytes): string {
  return `${size}B`;
}
