import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { connect } from "node:net";
import { delimiter, dirname, join } from "node:path";
import type { KubernetesObject } from "@rzp/core";
import type { ControlPlane } from "./control-plane.ts";
import type { Outside } from "./outside/outside.ts";
import { freePort, type Daemon } from "./processes.ts";

const NAMESPACE = "argocd";
const HOST = "127.0.0.1";

/** Programs that Argo CD runs as here; git is the system's. */
export const ARGO_CD = ["argocd", "helm", "redis-server"] as const;

export interface ArgoCdArgs {
  binaries: Readonly<Record<(typeof ARGO_CD)[number], string>>;
  /** What its settings are, as `argocd-cm` and `argocd-cmd-params-cm` have them. */
  config: { cm: Readonly<Record<string, string>>; params: Readonly<Record<string, string>> };
  controlPlane: ControlPlane;
  outside: Outside;
}

/** Argo CD's parts that sync: no API server and no web interface. */
export interface ArgoCd {
  /** Ends the application controller as a lost node would, and starts another. */
  restartController(): Promise<void>;
}

/** Starts Redis, repo-server and application controller beside a control plane, with the settings that the bootstrap gives to Argo CD in a cluster. */
export async function startArgoCd({ binaries, config, controlPlane, outside }: ArgoCdArgs): Promise<ArgoCd> {
  const { processes, client } = controlPlane;
  for (const object of settings(config)) await client.create(object);
  const ports = { redis: await freePort(), repo: await freePort(), repoMetrics: await freePort(), controllerMetrics: await freePort() };
  const redis = processes.start("redis", binaries["redis-server"], ["--bind", HOST, "--port", String(ports.redis), "--save", "", "--appendonly", "no"]);
  await processes.until(redis, "it answered", () => answers(ports.redis));

  const environment = argoEnvironment({ binaries, config, controlPlane, outside });
  const start = (name: string, words: readonly string[]): Daemon => processes.start(name, binaries.argocd, words, { environment: { ...environment, ARGOCD_BINARY_NAME: name } });
  const healthy = (daemon: Daemon, port: number): Promise<true> => processes.until(daemon, "it was healthy", async () => ((await fetch(`http://${HOST}:${port}/healthz`)).ok ? true : undefined));
  const repoServer = start("argocd-repo-server", ["--address", HOST, "--port", String(ports.repo), "--metrics-address", HOST, "--metrics-port", String(ports.repoMetrics), "--redis", `${HOST}:${ports.redis}`, "--disable-tls", "--client-ca-path", ""]);
  await healthy(repoServer, ports.repoMetrics);
  const controller = start("argocd-application-controller", ["--namespace", NAMESPACE, "--kubeconfig", controlPlane.kubeconfig, "--repo-server", `${HOST}:${ports.repo}`, "--repo-server-plaintext", "--redis", `${HOST}:${ports.redis}`, "--metrics-port", String(ports.controllerMetrics)]);
  await healthy(controller, ports.controllerMetrics);
  return {
    restartController: async () => {
      await controller.restart();
      await healthy(controller, ports.controllerMetrics);
    },
  };
}

/** Whether somebody listens. */
function answers(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => {
      resolve(undefined);
    });
  });
}

/** What it reads its settings from. It wants all of them to be there, and to be marked as its own. */
function settings({ cm, params }: ArgoCdArgs["config"]): KubernetesObject[] {
  const labels = { "app.kubernetes.io/part-of": "argocd" };
  const configMap = (name: string, data: Readonly<Record<string, string>>): KubernetesObject => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: NAMESPACE, labels }, data });
  return [
    configMap("argocd-cm", cm),
    configMap("argocd-cmd-params-cm", params),
    configMap("argocd-rbac-cm", {}),
    configMap("argocd-tls-certs-cm", {}),
    configMap("argocd-ssh-known-hosts-cm", {}),
    { apiVersion: "v1", kind: "Secret", metadata: { name: "argocd-secret", namespace: NAMESPACE, labels }, stringData: { "server.secretkey": randomBytes(32).toString("base64") } },
  ];
}

/** Everything it would write to a container's own folders goes to the lab's. */
function argoEnvironment({ binaries, config, controlPlane: { processes: { folder }, kubeconfig }, outside }: ArgoCdArgs): NodeJS.ProcessEnv {
  const home = join(folder, "argocd");
  const below = (name: string): string => {
    const path = join(home, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const programs = [...new Set([dirname(binaries.argocd), dirname(binaries.helm)])].filter((path) => existsSync(path));
  return {
    PATH: [...programs, process.env.PATH ?? ""].join(delimiter),
    HOME: below("home"),
    TMPDIR: below("tmp"),
    KUBECONFIG: kubeconfig,
    ...outside.environment,
    // In a cluster the settings that are no ConfigMap's to read come as variables.
    ARGOCD_RECONCILIATION_TIMEOUT: config.cm["timeout.reconciliation"],
    ARGOCD_REPO_CACHE_EXPIRATION: config.params["reposerver.repo.cache.expiration"],
    ARGOCD_FAKE_IN_CLUSTER: "true",
    ARGOCD_GPG_ENABLED: "false",
    ARGOCD_TLS_DATA_PATH: below("tls"),
    ARGOCD_SSH_DATA_PATH: below("ssh"),
    ARGOCD_GNUPGHOME: below("gnupg"),
    ARGOCD_GPG_DATA_PATH: below("gpg"),
    ARGOCD_PLUGINSOCKFILEPATH: below("plugins"),
    ARGOCD_ASK_PASS_SOCK: join(home, "ask-pass.sock"),
  };
}
