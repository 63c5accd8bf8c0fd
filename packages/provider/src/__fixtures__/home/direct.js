import { ArgoApp, ArgoProject } from "@rzp/argocd";
import { PublishedHosts } from "@rzp/cloudflare";
import { InfisicalIdentity } from "@rzp/infisical";
import { ProxmoxImage, ProxmoxVm } from "@rzp/proxmox";
import { TalosCluster, TalosImage } from "@rzp/talos";

const classes = { ArgoApp, ArgoProject, InfisicalIdentity, ProxmoxImage, ProxmoxVm, PublishedHosts, TalosCluster, TalosImage };

export const direct = async (token, name, args, opts) => new classes[token.split(":")[2]](name, args, opts);
