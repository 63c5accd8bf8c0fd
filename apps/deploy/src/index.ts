/** The one Pulumi program of this homelab: configuration in, components out. What runs inside the cluster is Argo CD's, from `kubernetes/`. */
import { runtime } from "@pulumi/pulumi";
import { CloudflareProvider } from "@rzp/cloudflare";
import { ProxmoxProvider } from "@rzp/proxmox";
import { TalosImage } from "@rzp/talos";
import { engineStack, runtimeSecrets } from "./config.ts";
import { homelab } from "./homelab.ts";
import { bootstrap } from "./machines/bootstrap.ts";
import { makeCluster } from "./machines/cluster.ts";
import { publishHosts } from "./machines/dns.ts";
import { makeMachines } from "./machines/nodes.ts";

// Everything that can be missing or wrong is found here, before anything registers.
const secrets = runtimeSecrets();
const stack = engineStack(runtime.allConfig());
const services = homelab(stack);

const { endpoint, insecure } = stack.proxmox;
const proxmox = new ProxmoxProvider("proxmox", { endpoint, insecure, apiToken: secrets.PROXMOX_VE_API_TOKEN });
const { baseUrl } = stack.cloudflare;
const cloudflare = new CloudflareProvider("cloudflare", { apiToken: secrets.CLOUDFLARE_API_TOKEN, ...(baseUrl === undefined ? {} : { baseUrl }) });

const image = new TalosImage("talos", { version: stack.cluster.talos });
const machines = makeMachines(stack, image, proxmox);
const cluster = makeCluster(stack, image, machines, services.context);
const hosts = publishHosts(stack, services.context, cloudflare);
bootstrap(services, cluster, secrets);

export const kubernetes = cluster.endpoint;
export const kubeconfig = cluster.kubeconfigRaw;
export const talosconfig = cluster.talosconfig;
/** For `talosctl upgrade --image`, node by node. */
export const installerImage = image.installerImage;
export const tunnelToken = hosts.tunnelToken;
