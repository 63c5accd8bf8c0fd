import { createRequire } from "node:module";
import type { ComponentResource, ComponentResourceOptions, provider } from "@pulumi/pulumi";
import { ArgoApp, ArgoProject, type ArgoAppArgs, type ArgoProjectArgs } from "@rzp/argocd";
import { PublishedHosts, type PublishedHostsArgs } from "@rzp/cloudflare";
import { InfisicalIdentity, type InfisicalIdentityArgs } from "@rzp/infisical";
import { ProxmoxImage, ProxmoxVm, type ProxmoxImageArgs, type ProxmoxVmArgs } from "@rzp/proxmox";
import { TalosCluster, TalosImage, type TalosClusterArgs, type TalosImageArgs } from "@rzp/talos";
import { checkInputs } from "./inputs.ts";
import type { PackageSchema } from "./schema.ts";

const load = createRequire(import.meta.url);

/** Pulumi's schema of the package: components with their inputs and outputs, as every language sees them. */
export const schema = load("../schema.json") as PackageSchema;
const { version } = load("../package.json") as { version: string };

type Make = (name: string, args: unknown, opts: ComponentResourceOptions) => ComponentResource;

/** The components themselves, by their own tokens: what YAML makes is what TypeScript makes, to the URN. */
const COMPONENTS: Readonly<Record<string, Make>> = {
  "rzp:argocd:ArgoApp": (name, args, opts) => new ArgoApp(name, args as ArgoAppArgs, opts),
  "rzp:argocd:ArgoProject": (name, args, opts) => new ArgoProject(name, args as ArgoProjectArgs, opts),
  "rzp:cloudflare:PublishedHosts": (name, args, opts) => new PublishedHosts(name, args as PublishedHostsArgs, opts),
  "rzp:infisical:InfisicalIdentity": (name, args, opts) => new InfisicalIdentity(name, args as InfisicalIdentityArgs, opts),
  "rzp:proxmox:ProxmoxImage": (name, args, opts) => new ProxmoxImage(name, args as ProxmoxImageArgs, opts),
  "rzp:proxmox:ProxmoxVm": (name, args, opts) => new ProxmoxVm(name, args as ProxmoxVmArgs, opts),
  "rzp:talos:TalosCluster": (name, args, opts) => new TalosCluster(name, args as TalosClusterArgs, opts),
  "rzp:talos:TalosImage": (name, args, opts) => new TalosImage(name, args as TalosImageArgs, opts),
};

/** The tokens of the components that other languages can make. */
export const tokens: readonly string[] = Object.keys(COMPONENTS);

/** What the engine asks: which components there are, and to make one. */
export const rzpProvider: provider.Provider = {
  version,
  getSchema: () => Promise.resolve(JSON.stringify({ ...schema, version })),
  construct(name, type, inputs, options) {
    const make = COMPONENTS[type];
    if (make === undefined) return Promise.reject(new Error(`${type} is none of the components of rzp: ${tokens.join(", ")}`));
    checkInputs(schema, type, inputs);
    // The SDK's server tells "not protected" and "nothing said" by the same word. Nothing said is what it is in TypeScript: the component's own, safe choice.
    const { protect, ...rest } = options;
    const component = make(name, inputs, { ...rest, ...(protect === true ? { protect } : {}) });
    const outputs = Object.keys(schema.resources[type]?.properties ?? {});
    return Promise.resolve({ urn: component.urn, state: Object.fromEntries(outputs.map((key) => [key, (component as unknown as Record<string, unknown>)[key]])) });
  },
};
