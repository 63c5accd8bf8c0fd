import { ProxmoxImage, ProxmoxVm } from "@rzp/proxmox";

const image = new ProxmoxImage("talos-pve-1", {
  node: "pve-1",
  datastore: "local",
  // With @rzp/talos: `talos.diskImageUrl` of a TalosImage.
  url: "https://factory.talos.dev/image/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba/v1.13.9/nocloud-amd64.qcow2",
  version: "v1.13.9",
});

export const controlPlane = new ProxmoxVm("cp-1", {
  node: "pve-1",
  vmId: 2011,
  cores: 4,
  memory: "8Gi",
  image: image.fileId,
  disks: { scsi0: { size: "40Gi", datastore: "local-lvm" } },
  network: { bridge: "vmbr0", vlan: 20, address: "10.0.20.11/24", gateway: "10.0.20.1", nameservers: ["10.0.20.1"] },
  tags: ["talos", "control-plane"],
});
