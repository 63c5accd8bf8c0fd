import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import type { KubernetesObject } from "@rzp/core";
import { startArgoCd, type ArgoCd, type ArgoCdArgs } from "../argo-cd.ts";
import { makeAuthority } from "../certificates.ts";
import { startControlPlane, type CONTROL_PLANE, type ControlPlane } from "../control-plane.ts";
import { applyCrds, type Crd } from "../crds.ts";
import type { LabNode } from "../nodes.ts";
import { chartHosts } from "../outside/chart-host.ts";
import { makeGitHost, type GitHost } from "../outside/git-host.ts";
import { startOutside, type HostHandler, type Outside } from "../outside/outside.ts";
import type { Report } from "../report.ts";
import { standInChart, type ChartFacts } from "./charts.ts";
import { startPlayers, type Operator } from "./players.ts";
import type { Tree } from "./tree.ts";

export interface StageArgs {
  binaries: Readonly<Record<(typeof CONTROL_PLANE)[number], string>> & ArgoCdArgs["binaries"];
  tree: Tree;
  git: { repoURL: string; revision: string };
  /** What is there before Argo CD: namespaces, the root, its project, and the secrets that nobody else can bring. */
  bootstrap: readonly KubernetesObject[];
  /** CRDs that Argo CD itself is made of; the other ones come with their charts. */
  crds: readonly Crd[];
  config: ArgoCdArgs["config"];
  nodes: readonly LabNode[];
  charts: readonly ChartFacts[];
  operators: readonly Operator[];
  /** Further hosts that the programs in the lab may ask, such as the secret store's. @default none */
  hosts?: ReadonlyMap<string, HostHandler>;
  /** Whether charts come from where they really are. @default false */
  upstreamCharts?: boolean;
  /** Kept with logs, certificates and state. @default a temporary folder that is removed at the end */
  folder?: string;
  report: Report;
}

/** The homelab's cluster, up to the moment before the root is applied. */
export interface Stage {
  controlPlane: ControlPlane;
  git: GitHost;
  outside: Outside;
  argoCd: ArgoCd;
  /** Applies what starts everything. */
  begin(): Promise<void>;
  stop(): Promise<void>;
}

/** Sets it: control plane and nodes, git and charts, Argo CD with the settings of the bootstrap, and the players of the operators. */
export async function setStage(args: StageArgs): Promise<Stage> {
  const { binaries, tree, bootstrap, nodes, report } = args;
  const controlPlane = await startControlPlane({ binaries, nodes, ...(args.folder === undefined ? {} : { folder: args.folder }) });
  const closing: (() => Promise<void>)[] = [() => controlPlane.stop()];
  const stop = async (): Promise<void> => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    const { client, processes } = controlPlane;
    report(`kube-apiserver ${controlPlane.version} answers, ${nodes.length} nodes are ready`);
    await applyCrds(client, args.crds);
    const git = await makeGitHost({ folder: join(processes.folder, "git"), ...args.git });
    await git.commit(tree.files, "the tree as it is rendered");

    const authority = await makeAuthority("lab");
    const authorityFile = join(processes.folder, "authority.crt");
    writeFileSync(authorityFile, [authority.certificate, ...(args.upstreamCharts === true ? rootCertificates : [])].join("\n"));
    const hosts = new Map([...(args.upstreamCharts === true ? [] : await chartHosts(args.charts.map(standInChart))), ...(args.hosts ?? []), [git.host, git.handler]]);
    const outside = await startOutside({ hosts, authority, authorityFile, open: args.upstreamCharts === true });
    closing.push(() => outside.stop());

    const isNamespace = ({ kind }: KubernetesObject): boolean => kind === "Namespace";
    for (const object of bootstrap.filter(isNamespace)) await client.create(object);
    const argoCd = await startArgoCd({ binaries, config: args.config, controlPlane, outside });
    report("Argo CD runs");
    const players = startPlayers(args.operators, { client, authority }, report);
    closing.push(() => players.stop());
    const begin = async (): Promise<void> => {
      for (const object of bootstrap.filter((one) => !isNamespace(one))) await client.create(object);
    };
    return { controlPlane, git, outside, argoCd, begin, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
