import { status } from "@grpc/grpc-js";
import { packMachineStatus } from "../../talos-protocol.ts";
import type { ApplyMode } from "./modes.ts";
import type { TalosNode } from "./node.ts";
import { RpcError } from "./rpc-error.ts";

/** Who may call it: a machine without a configuration lets anybody read, and nobody do more. */
const ADMIN = ["os:admin"];
const OPERATOR = [...ADMIN, "os:operator"];
const READER = [...OPERATOR, "os:reader"];

export type Message = Record<string, unknown>;

export interface Unary {
  roles: readonly string[];
  answer: (node: TalosNode, request: Message, roles: readonly string[]) => Message;
}

export interface Stream {
  roles: readonly string[];
  answer: (node: TalosNode, request: Message) => AsyncIterable<Message>;
}

export const notAuthorized = (): RpcError => new RpcError(status.PERMISSION_DENIED, "not authorized");

/** Answered once, by the machine or by several for it. */
export const MACHINE: Record<string, Unary> = {
  ApplyConfiguration: {
    roles: READER,
    answer: (node, { data, mode, dry_run: dryRun }, roles) => {
      if (node.configuration !== undefined && !roles.includes("os:admin")) throw notAuthorized();
      return node.apply(data as Buffer, mode as ApplyMode, dryRun as boolean);
    },
  },
  Bootstrap: {
    roles: ADMIN,
    answer: (node) => {
      node.bootstrap();
      return {};
    },
  },
  EtcdMemberList: { roles: READER, answer: (node) => ({ metadata: { hostname: node.address }, members: etcdMembers(node) }) },
  Reboot: {
    roles: OPERATOR,
    answer: (node) => {
      node.reboot();
      return { actor_id: crypto.randomUUID() };
    },
  },
  Reset: {
    roles: ADMIN,
    answer: (node, request) => {
      const partitions = (request.system_partitions_to_wipe as { label: string; wipe: boolean }[]).filter(({ wipe }) => wipe).map(({ label }) => label);
      node.reset({ partitions, reboot: request.reboot as boolean });
      return { actor_id: crypto.randomUUID() };
    },
  },
  ServiceList: { roles: READER, answer: (node) => ({ services: servicesOf(node) }) },
  Version: {
    roles: READER,
    answer: ({ hardware, configuration }) => ({
      version: { tag: hardware.version, os: "linux", arch: "amd64" },
      // Of a container nobody asks how much memory it has.
      platform: { name: "container", mode: "container" },
      features: configuration === undefined ? null : { rbac: true },
    }),
  },
};

export const STORAGE: Record<string, Unary> = {
  Disks: {
    roles: READER,
    answer: ({ hardware }) => ({ disks: hardware.disks.map(({ device, size, readonly = false }) => ({ size, device_name: device, name: device.slice(device.lastIndexOf("/") + 1), type: readonly ? "CD" : "SSD", subsystem: "/sys/class/block", readonly })) }),
  },
};

/** Answered in several messages. */
export const MACHINE_STREAMS: Record<string, Stream> = {
  Kubeconfig: {
    roles: ADMIN,
    answer: async function* (node) {
      yield { bytes: await node.kubeconfig() };
    },
  },
  Read: {
    roles: ADMIN,
    answer: async function* (node, { path }) {
      if (path !== "/proc/sys/kernel/random/boot_id") throw new RpcError(status.NOT_FOUND, `open ${path as string}: no such file or directory`);
      yield await Promise.resolve({ bytes: Buffer.from(`${node.bootId}\n`) });
    },
  },
  Events: {
    roles: READER,
    answer: async function* (node) {
      yield { metadata: { hostname: node.address } };
      await new Promise(() => undefined);
    },
  },
};

export const STATE: Record<string, Stream> = {
  // The only ones that are asked for are diagnostics, and whoever may not see them goes on without.
  List: {
    roles: [],
    answer: async function* () {
      yield await Promise.resolve({});
    },
  },
  Watch: {
    roles: READER,
    answer: async function* (node, { namespace, type, id }) {
      yield { event: [] };
      if (type === "MachineStatuses.runtime.talos.dev") {
        const spec = packMachineStatus(node.phase === "maintenance" ? "MAINTENANCE" : "RUNNING", node.phase === "running");
        yield { event: [{ event_type: "CREATED", resource: { metadata: { namespace, type, id, version: "1", phase: "running" }, spec: { proto_spec: spec } } }] };
      }
      await new Promise(() => undefined);
    },
  },
};

function servicesOf(node: TalosNode): Message[] {
  const service = (id: string, healthy: boolean): Message => {
    const at = healthy ? "Running" : "Preparing";
    return { id, state: at, events: { events: [{ msg: at, state: at }] }, health: { unknown: false, healthy, last_message: "" } };
  };
  return [service("apid", true), ...(node.isControlPlane ? [service("etcd", node.hasEtcd)] : []), service("kubelet", node.phase === "running")];
}

function etcdMembers(node: TalosNode): Message[] {
  if (!node.isControlPlane) throw new RpcError(status.UNIMPLEMENTED, "member list is only available on control plane nodes");
  if (!node.hasEtcd) throw new RpcError(status.UNAVAILABLE, "etcd is not running");
  return node.controlPlanes.map(({ address, hostname }, index) => ({ id: 1000 + index, hostname, peer_urls: [`https://${address}:2380`], client_urls: [`https://${address}:2379`], is_learner: false }));
}
