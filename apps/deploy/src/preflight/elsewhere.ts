/** What else an `up` needs to be there: the git server, Talos' image factory, and the cluster itself once it was made. */
import { readKubeconfig } from "@rzp/talos/kubeconfig";
import { versionMistakes } from "@rzp/talos/versions";
import { Agent } from "undici";
import { z } from "zod";
import { Unread, type Problem } from "./check.ts";
import { ask, askJson, type Vendor } from "./http.ts";
import { shortList } from "./state.ts";

/** Branches and tags of the repository that Argo CD will read, read as Argo CD will. */
export async function gitRefs({ repoURL, username, token }: { repoURL: string; username: string; token: string }): Promise<readonly string[]> {
  const vendor: Vendor = {
    check: "git",
    called: `The git server at ${new URL(repoURL).host}`,
    url: repoURL.replace(/\/$/, ""),
    headers: { authorization: `Basic ${Buffer.from(`${username}:${token}`).toString("base64")}` },
    secret: token,
    remedies: { 401: "GIT_USERNAME or GIT_TOKEN is wrong or has expired.", 403: "The reader of GIT_TOKEN may not read this repository.", 404: "Look at homelab:git.repoURL in the stack, and at what the reader of GIT_TOKEN may see." },
  };
  const { text, type } = await ask(vendor, "/info/refs?service=git-upload-pack");
  if (!type.startsWith("application/x-git-upload-pack-advertisement")) throw new Unread("git", `${vendor.called} answered with something that is no git repository.`, "Look at homelab:git.repoURL in the stack.");
  return Array.from(text.matchAll(/[0-9a-f]{40,64} refs\/(?:heads|tags)\/([^\s\0]+)/g), ([, name = ""]) => name);
}

export function revisionProblems({ refs, revision, stack }: { refs: readonly string[]; revision: string; stack: string }): Problem[] {
  if (revision === "HEAD" || /^[0-9a-f]{40}$/.test(revision) || refs.includes(revision)) return [];
  return [{ problem: `The repository has no branch or tag ${revision}, which Argo CD is to follow; it has ${refs.length === 0 ? "none at all" : shortList(refs)}.`, remedy: `Push it, or write another one under homelab:git.revision in Pulumi.${stack}.yaml.` }];
}

/** Talos versions that the image factory makes images of. */
export function factoryVersions(url = "https://factory.talos.dev"): Promise<readonly string[]> {
  return askJson({ check: "factory", called: `Talos' image factory at ${new URL(url).host}`, url }, "/versions", z.array(z.string()));
}

export function factoryProblems({ versions, talos, stack }: { versions: readonly string[]; talos: string; stack: string }): Problem[] {
  if (versions.includes(talos)) return [];
  const minor = versions.filter((version) => version.startsWith(`${talos.split(".").slice(0, 2).join(".")}.`) && !version.includes("-"));
  return [{ problem: `The image factory makes no Talos ${talos}.`, remedy: `Write a version that it makes under homelab:cluster.talos in Pulumi.${stack}.yaml${minor.length === 0 ? "" : `, such as ${minor.at(-1) ?? ""}`}.` }];
}

const NODES = z.object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }), status: z.object({ nodeInfo: z.object({ kubeletVersion: z.string(), osImage: z.string() }) }) })) });

/** A node of the running cluster, and what runs on it. */
export interface RunningNode {
  name: string;
  kubernetes: string;
  talos: string;
}

/** The cluster's nodes, asked for with the kubeconfig that the state has. */
export async function runningNodes(kubeconfig: string): Promise<RunningNode[]> {
  const { server, ...credentials } = accessOf(kubeconfig);
  const dispatcher = new Agent({ connect: { ...credentials, rejectUnauthorized: true } });
  const down = "Mend the cluster first (talosctl health, the machines in Proxmox): an up waits 15 minutes for it and fails.";
  const vendor: Vendor = { check: "cluster", called: `The Kubernetes API at ${new URL(server).host}`, url: server, dispatcher, remedies: { 0: down, 401: "The kubeconfig of the state is refused: is another cluster at this address?", 500: down, 503: down } };
  await ask(vendor, "/readyz");
  const { items } = await askJson(vendor, "/api/v1/nodes", NODES);
  return items.map(({ metadata: { name }, status: { nodeInfo } }) => ({ name, kubernetes: nodeInfo.kubeletVersion, talos: /v\d+\.\d+\.\d+/.exec(nodeInfo.osImage)?.[0] ?? "" }));
}

function accessOf(kubeconfig: string): ReturnType<typeof readKubeconfig> {
  try {
    return readKubeconfig(kubeconfig);
  } catch (error) {
    throw new Unread("cluster", error instanceof Error ? error.message : String(error), 'Is the passphrase of the state right (PULUMI_CONFIG_PASSPHRASE)? Then "./rzp refresh".');
  }
}

interface Versions {
  talos: string;
  kubernetes: string;
  secretsFrom: string;
}

/** What is wanted fits what runs: an `up` changes Kubernetes on machines whose Talos it does not upgrade. */
export function versionProblems({ wanted, running: all, stack }: { wanted: Versions; running: readonly RunningNode[]; stack: string }): Problem[] {
  // A simulated node's kubelet has a version of its own kind.
  const running = all.filter(({ kubernetes }) => kubernetes.startsWith("v1."));
  const unsupported = running.filter(({ talos }) => talos !== "" && versionMistakes({ ...wanted, talos }).some(({ field }) => field === "kubernetes"));
  const steps = running.map((node) => ({ ...node, step: minorOf(wanted.kubernetes) - minorOf(node.kubernetes) }));
  const [far, back] = [steps.filter(({ step }) => step > 1), steps.filter(({ step }) => step < 0)];
  const named = (nodes: readonly RunningNode[], what: "talos" | "kubernetes"): string => shortList(nodes.map((node) => `${node.name} (${node[what]})`));
  const write = `under homelab:cluster.kubernetes in Pulumi.${stack}.yaml`;
  return [
    ...(unsupported.length === 0 ? [] : [{ problem: `Kubernetes ${wanted.kubernetes} does not run on the Talos of ${named(unsupported, "talos")}.`, remedy: "Upgrade Talos there first (docs/operations/runbooks/talos-upgrade.md), node by node." }]),
    ...(far.length === 0 ? [] : [{ problem: `Kubernetes ${wanted.kubernetes} is more than one minor version ahead of ${named(far, "kubernetes")}.`, remedy: `Write the next minor version ${write}, and go up one by one.` }]),
    ...(back.length === 0 ? [] : [{ problem: `Kubernetes ${wanted.kubernetes} is older than on ${named(back, "kubernetes")}; it does not go back.`, remedy: `Write what runs ${write}.` }]),
  ];
}

const minorOf = (version: string): number => Number(/^v1\.(\d+)\./.exec(version)?.[1] ?? 0);
