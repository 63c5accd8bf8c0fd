import type { ProviderResource } from "@pulumi/pulumi";
import { ProxmoxImage, ProxmoxVm, type VmDisk } from "@rzp/proxmox";
import type { TalosImage } from "@rzp/talos";
import { parseCidr } from "@rzp/core";
import type { Stack } from "../config.ts";

type Machine = Stack["machines"][string];

/** One image a Proxmox host that has machines, and one VM a machine. */
export function makeMachines(stack: Stack, talos: TalosImage, provider: ProviderResource): Record<string, ProxmoxVm> {
  const images = makeImages(stack, talos, provider);
  const vms: Record<string, ProxmoxVm> = {};
  let before: ProxmoxVm | undefined;
  for (const [name, machine] of inOrder(stack.machines)) {
    const image = images[machine.host];
    if (image === undefined) throw new Error(`no image for ${machine.host}`);
    const args = { ...hardware(stack, machine), image: image.fileId, tags: ["talos", stack.cluster.name, machine.role] };
    // One after the other, or a change that powers machines off takes all of them in the same moment. A machine counts as done when qemu runs, which is
    // long before its etcd is a member again: three control planes in a row can still cost the quorum.
    before = vms[name] = new ProxmoxVm(name, args, { provider, ...(before === undefined ? {} : { dependsOn: before }) });
  }
  return vms;
}

function makeImages({ machines, proxmox, cluster }: Stack, { diskImageUrl }: TalosImage, provider: ProviderResource): Record<string, ProxmoxImage> {
  const used = new Set(Object.values(machines).map(({ host }) => host));
  return Object.fromEntries(
    Object.entries(proxmox.hosts)
      .filter(([node]) => used.has(node))
      .map(([node, { images }]) => [node, new ProxmoxImage(`talos-${node}`, { node, datastore: images, url: diskImageUrl, version: cluster.talos }, { provider })]),
  );
}

function hardware({ network, proxmox }: Stack, { host, vmId, cores, memory, disk, dataDisk, address }: Machine): Omit<ConstructorParameters<typeof ProxmoxVm>[1], "image"> {
  const on = proxmox.hosts[host];
  const nodes = parseCidr(network.nodes);
  if (on === undefined || nodes === undefined) throw new Error(`${host} or ${network.nodes} was not checked`);
  const data: Record<`scsi${number}`, VmDisk> = dataDisk === undefined ? {} : { scsi1: { size: dataDisk, datastore: on.disks } };
  return {
    node: host,
    vmId,
    cores,
    memory,
    disks: { scsi0: { size: disk, datastore: on.disks }, ...data },
    network: { bridge: on.bridge, ...(on.vlan === undefined ? {} : { vlan: on.vlan }), address: `${address}/${nodes.prefix}`, gateway: network.gateway, nameservers: network.nameservers },
  };
}

/** Control planes first, each kind in the order of the stack. */
function inOrder(machines: Stack["machines"]): [string, Machine][] {
  const rank = ({ role }: Machine): number => (role === "controlplane" ? 0 : 1);
  return Object.entries(machines).sort(([, a], [, b]) => rank(a) - rank(b));
}
