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
import { assertReachable, forwardTo, startOutside, type Outside } from "../outside/outside.ts";
import { LabError } from "../errors.ts";
import type { Report } from "../report.ts";
import { standInChart, type ChartFacts } from "./charts.ts";
import { startEso, type EsoArgs } from "../eso/eso.ts";
import { storeHosts } from "../eso/objects.ts";
import { startRealEso } from "../eso/real-eso.ts";
import { Processes } from "../processes.ts";
import { isAvailable, startPlayers, type Operator } from "./players.ts";
import type { Tree } from "./tree.ts";

/** What is called while a cluster is raised. */
interface RaiseHooks {
  /** What programs need to see the world outside as the lab plays it. */
  environment: Readonly<Record<string, string>>;
  /** The API answers, and nothing is in the cluster yet. */
  onCluster: (controlPlane: ControlPlane) => Promise<void>;
  /** Here Argo CD's chart is installed. */
  install: () => Promise<void>;
}

/** A cluster that has what Argo CD begins with, the root last. */
interface Raised {
  controlPlane: ControlPlane;
  stop: () => Promise<void>;
}

export interface StageArgs {
  binaries: Readonly<Record<(typeof CONTROL_PLANE)[number], string>> & ArgoCdArgs["binaries"];
  tree: Tree;
  git: { repoURL: string; revision: string };
  /** CRDs that Argo CD itself is made of; the other ones come with their charts. */
  crds: readonly Crd[];
  config: ArgoCdArgs["config"];
  charts: readonly ChartFacts[];
  operators: readonly Operator[];
  /** Where the External Secrets Operator reaches an Infisical; without it nobody plays that operator. */
  secretStore?: EsoArgs["resolve"];
  /** Program of the real External Secrets Operator. @see checkEso @default the lab plays it */
  eso?: string;
  /** Brings the cluster up. @see clusterOnly */
  raise: (hooks: RaiseHooks) => Promise<Raised>;
  /** Whether charts come from where they really are. @default false */
  upstreamCharts?: boolean;
  /** Kept, with git and certificates. @default a temporary folder that is removed at the end */
  folder?: string;
  report: Report;
}

/** The homelab's cluster at the moment when the root was applied. */
export interface Stage {
  controlPlane: ControlPlane;
  git: GitHost;
  outside: Outside;
  argoCd: ArgoCd;
  stop(): Promise<void>;
}

/** Sets it: git and charts, a cluster, Argo CD with the settings of the bootstrap, and the players of the operators. */
export async function setStage(args: StageArgs): Promise<Stage> {
  const { binaries, tree, config, report, upstreamCharts = false, secretStore, eso: binary } = args;
  if (upstreamCharts) await assertReachable(args.charts.map(({ repoURL }) => repoURL));
  const room = new Processes(args.folder);
  const closing: (() => Promise<void>)[] = [() => room.stop()];
  const stop = async (): Promise<void> => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    const git = await makeGitHost({ folder: join(room.folder, "git"), ...args.git });
    await git.commit(tree.files, "the tree as it is rendered");
    const authority = await makeAuthority("lab");
    const authorityFile = join(room.folder, "authority.crt");
    writeFileSync(authorityFile, [authority.certificate, ...(upstreamCharts ? rootCertificates : [])].join("\n"));
    // The real operator asks for Infisical at the address that its store has.
    const stores = binary === undefined || secretStore === undefined ? [] : storeHosts(tree.objects.map(({ object }) => object));
    const hosts = new Map([
      ...(upstreamCharts ? [] : await chartHosts(args.charts.map(standInChart))),
      ...stores.map((address) => [new URL(address).hostname, forwardTo(() => secretStore?.(address))] as const),
      [git.host, git.handler],
    ]);
    const outside = await startOutside({ hosts, authority, authorityFile, open: upstreamCharts });
    closing.push(() => outside.stop());

    let cluster: ControlPlane | undefined;
    let argoCd: ArgoCd | undefined;
    const install = async (): Promise<void> => {
      if (cluster === undefined) throw new LabError("Argo CD was to be installed before there was a cluster");
      await applyCrds(cluster.client, args.crds);
      argoCd = await startArgoCd({ binaries, config, controlPlane: cluster, outside });
      report("Argo CD runs");
    };
    const onCluster = (controlPlane: ControlPlane): Promise<void> => {
      cluster = controlPlane;
      report(`kube-apiserver ${controlPlane.version} answers`);
      const { client } = controlPlane;
      const players = startPlayers(args.operators, { client, authority }, report);
      closing.push(() => players.stop());
      const operator = args.operators.find(({ group }) => group === "external-secrets.io");
      if (operator !== undefined && secretStore !== undefined) {
        const isRunning = (): Promise<boolean> => isAvailable(client, operator);
        const { environment } = outside;
        const eso = binary === undefined ? startEso({ client, resolve: secretStore, isRunning, report }) : startRealEso({ binary, controlPlane, environment, isRunning, report });
        closing.push(() => eso.stop());
      }
      return Promise.resolve();
    };
    const raised = await args.raise({ environment: outside.environment, onCluster, install });
    // Before the players, which would ask a server that is gone.
    closing.splice(2, 0, () => raised.stop());
    // Where a real engine installs the chart, nobody has called for the programs that it stands for.
    if (argoCd === undefined) await install();
    if (argoCd === undefined) throw new LabError("Argo CD did not start");
    return { controlPlane: raised.controlPlane, git, outside, argoCd, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface ClusterOnlyArgs {
  binaries: StageArgs["binaries"];
  nodes: readonly LabNode[];
  /** What is there before Argo CD: namespaces, the root, its project, and the secrets that nobody else can bring. */
  bootstrap: readonly KubernetesObject[];
}

/** Raises a cluster with no machines under it: the bootstrap is applied as by hand. */
export function clusterOnly({ binaries, nodes, bootstrap }: ClusterOnlyArgs): StageArgs["raise"] {
  return async ({ onCluster, install }) => {
    const controlPlane = await startControlPlane({ binaries, nodes });
    const isNamespace = ({ kind }: KubernetesObject): boolean => kind === "Namespace";
    try {
      await onCluster(controlPlane);
      for (const object of bootstrap.filter(isNamespace)) await controlPlane.client.create(object);
      await install();
      for (const object of bootstrap.filter((one) => !isNamespace(one))) await controlPlane.client.create(object);
      return { controlPlane, stop: () => controlPlane.stop() };
    } catch (error) {
      await controlPlane.stop();
      throw error;
    }
  };
}
