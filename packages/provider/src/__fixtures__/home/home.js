import { secret } from "@pulumi/pulumi";

/** Every component of the provider, with every argument that has no default, and some that have. */
export async function home(make) {
  const image = await make("rzp:talos:TalosImage", "talos", { version: "v1.13.9", extensions: ["siderolabs/i915"] });
  const file = await make("rzp:proxmox:ProxmoxImage", "talos-pve-1", { node: "pve-1", datastore: "local", url: image.diskImageUrl, version: "v1.13.9" });
  const vm = await make("rzp:proxmox:ProxmoxVm", "cp-1", {
    node: "pve-1",
    vmId: 2011,
    cores: 4,
    memory: "8Gi",
    image: file.fileId,
    disks: { scsi0: { size: "40Gi", datastore: "local-lvm" }, scsi1: { size: "100Gi", datastore: "local-lvm", backup: false } },
    network: { bridge: "vmbr0", vlan: 20, address: "10.0.20.11/24", gateway: "10.0.20.1", nameservers: ["10.0.20.1"] },
    tags: ["talos"],
    onBoot: false,
  });
  await make(
    "rzp:talos:TalosCluster",
    "homelab",
    {
      image: { version: "v1.13.9", installerImage: image.installerImage },
      kubernetes: "v1.36.3",
      secretsFrom: "v1.13.0",
      vip: "10.0.20.10",
      network: { nodes: "10.0.20.0/24", gateway: "10.0.20.1", nameservers: ["10.0.20.1"] },
      nodes: { "cp-1": { role: "controlplane", address: "10.0.20.11" }, "worker-1": { role: "worker", address: "10.0.20.21", dataDisk: true, labels: { "example.com/zone": "a" } } },
    },
    { dependsOn: [vm] },
  );
  const project = await make("rzp:argocd:ArgoProject", "apps", { sourceRepos: ["https://git.example.com/homelab.git"], destinations: [{ namespace: "media" }] }, { protect: true });
  const source = { repoURL: "https://git.example.com/homelab.git", targetRevision: "main", path: "kubernetes/apps/media/sonarr" };
  const destination = { server: "https://kubernetes.default.svc", namespace: "media" };
  await make("rzp:argocd:ArgoApp", "sonarr", { project: "apps", destination, source, wave: 2, labels: { team: "home" } }, { dependsOn: [project] });
  await make("rzp:cloudflare:PublishedHosts", "home", {
    accountId: "0123456789abcdef0123456789abcdef",
    zoneId: "fedcba9876543210fedcba9876543210",
    zone: "example.com",
    hosts: [
      { host: "plex.example.com", service: "https://traefik.traefik.svc:443" },
      { host: "nas.example.com", address: "10.0.10.5" },
    ],
  });
  await make("rzp:infisical:InfisicalIdentity", "login", { namespace: "external-secrets", clientId: "homelab", clientSecret: secret("not-a-secret") });
}
