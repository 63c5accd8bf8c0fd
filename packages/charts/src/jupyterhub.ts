import { createHash } from "node:crypto";
import { parseBytes, type Bytes, type Json, type Refuse } from "@rzp/core";
import { backupLabels, checkClaim, checkSize, type Declaration, type RenderContext, type Self, type ServiceFacts } from "@rzp/workload/manifests";
import type { ChartArgs, ChartVolume } from "./args.ts";
import { asks, chart, checkFields, type Fields } from "./chart.ts";
import { issuerOf, LOGIN_PEER, type LoginPeer } from "./peers.ts";

/** What one notebook's server may take. */
interface Notebook {
  memory: Bytes;
  memoryLimit: Bytes;
}

export interface JupyterhubChartArgs extends ChartArgs {
  /** A Zitadel. Whoever has a grant of its client has a server. */
  login: LoginPeer;
  /** Each user's volume. Another size is for new users only. */
  homes: ChartVolume;
  /** What each user's server asks for, and where it is killed. It holds from the next start of a server. */
  notebook: Notebook;
  /** Environment of all notebooks, in plain text; they reach the services in `talksTo`, and public addresses. @default none */
  env?: Readonly<Record<string, string>>;
}

const HOMES: Fields<ChartVolume> = { size: "required", backup: "required", storageClass: "optional" };
const NOTEBOOK: Fields<Notebook> = { memory: "required", memoryLimit: "required" };
/** What the chart makes anew with every rendering. The first is read from its own Secret only, whatever else is given. */
const GENERATED = ["hub.config.ConfigurableHTTPProxy.auth_token", "hub.config.JupyterHub.cookie_secret", "hub.config.CryptKeeper.keys"];
const RESTRICTED = { allowPrivilegeEscalation: false, runAsNonRoot: true, capabilities: { drop: ["ALL"] }, seccompProfile: { type: "RuntimeDefault" } };
/** By default a load balancer. */
const PROXY = { service: { type: "ClusterIP" }, chp: { resources: asks("50m", "128Mi", "512Mi") } };
/** A scheduler of Kubernetes 1.30, and pods that pull images ahead of every sync. */
const QUIET = { scheduling: { userScheduler: { enabled: false }, userPlaceholder: { enabled: false } }, prePuller: { hook: { enabled: false }, continuous: { enabled: false } } };
const OWN = { login: "required", homes: "required", notebook: "required", env: "optional" } as const;

/**
 * Notebooks, a server for each user. Its keys: `COOKIE_SECRET` and `CRYPT_KEYS` (64 hexadecimal digits each), `OAUTH_CLIENT_ID` and `OAUTH_CLIENT_SECRET`.
 * Values as of chart 4.4.0.
 */
export function jupyterhubChart(args: JupyterhubChartArgs): Declaration {
  return chart("jupyterhubChart", args, OWN, ({ version, login, homes, notebook, env = {}, needs = [], talksTo = [], ...service }, { own, refuse }) => {
    checkFields(refuse, login, LOGIN_PEER, "login");
    checkFields(refuse, homes, HOMES, "homes");
    checkClaim(homes, "homes", refuse);
    checkNotebook(notebook, refuse);
    return {
      purpose: "Notebooks, a server for each user.",
      ...service,
      upstream: "https://z2jh.jupyter.org",
      risks: ["The token between hub and proxy is made by the chart once and then left alone, because it takes none by reference; deleting the Secret `hub` takes a restart of both."],
      chart: { repoURL: "https://hub.jupyter.org/helm-chart/", name: "jupyterhub", version },
      values: (self, context) => {
        const values = { hub: hub(self, issuerOf(login, context, refuse)), proxy: PROXY, singleuser: singleuser({ homes, notebook, env, talksTo }, self, context), ...QUIET };
        // The hub reads its settings from the Secret at its start, and the chart's own checksum of it never stays the same.
        const annotations = { "rzp.dev/settings": createHash("sha256").update(JSON.stringify(values)).digest("hex") };
        return { ...values, hub: { ...values.hub, annotations } };
      },
      secrets: ["OAUTH_CLIENT_ID", "OAUTH_CLIENT_SECRET", { key: "hub.config.JupyterHub.cookie_secret", remote: own("COOKIE_SECRET") }, { key: "hub.config.CryptKeeper.keys", remote: own("CRYPT_KEYS") }],
      route: { service: "proxy-public", port: 80, targetPort: 8000 },
      needs: [...needs, login.service],
      talksTo: [...talksTo, login.through],
      // Hub and proxy together.
      resources: { cpu: "150m", memory: "384Mi" },
      // Each user has a home; the sums know of one.
      volumes: { homes, hub: { size: "1Gi", backup: { none: "who was logged in, and which servers run: the hub finds out again" } } },
      network: "the chart's own policies keep notebooks away from the cluster, the home network and the proxy's API; one for the whole namespace would open them",
      application: {
        respectIgnoreDifferences: true,
        ignoreDifferences: [
          { kind: "Secret", name: "hub", jsonPointers: GENERATED.map((key) => `/data/${key}`) },
          { group: "apps", kind: "Deployment", name: "hub", jsonPointers: ["/spec/template/metadata/annotations/checksum~1secret"] },
          { group: "apps", kind: "Deployment", name: "proxy", jsonPointers: ["/spec/template/metadata/annotations/checksum~1auth-token"] },
        ],
      },
    };
  });
}

function hub({ name, host, site }: Self, issuer: string): Record<string, Json> {
  const from = (key: string) => ({ valueFrom: { secretKeyRef: { name: `${name}-secrets`, key } } });
  return {
    existingSecret: `${name}-secrets`,
    db: { pvc: { storageClassName: site.storage.className } },
    extraEnv: { OAUTH_CLIENT_ID: from("OAUTH_CLIENT_ID"), OAUTH_CLIENT_SECRET: from("OAUTH_CLIENT_SECRET") },
    resources: asks("100m", "256Mi", "1Gi"),
    config: {
      // The default lets everybody in under any name. Who has a grant of this client is for Zitadel to say.
      JupyterHub: { authenticator_class: "generic-oauth" }, KubeSpawner: { container_security_context: RESTRICTED }, // prettier-ignore
      GenericOAuthenticator: {
        oauth_callback_url: `https://${host}/hub/oauth_callback`,
        authorize_url: `${issuer}/oauth/v2/authorize`, token_url: `${issuer}/oauth/v2/token`, userdata_url: `${issuer}/oidc/v1/userinfo`, // prettier-ignore
        scope: ["openid", "profile", "email"], username_claim: "preferred_username", login_service: "Zitadel", allow_all: true,
      },
    },
  };
}

/** The server of each user. */
function singleuser({ homes, notebook, env, talksTo }: Required<Pick<JupyterhubChartArgs, "homes" | "notebook" | "env" | "talksTo">>, { site }: Self, context: RenderContext): Record<string, Json> {
  return {
    // By default every notebook gets a privileged container ahead of it. The policy below does the same.
    cloudMetadata: { blockWithIptables: false },
    networkPolicy: { egress: talksTo.map((peer) => way(context.service(peer))) },
    extraEnv: { ...env },
    memory: { guarantee: jupyterBytes(notebook.memory), limit: jupyterBytes(notebook.memoryLimit) },
    storage: { capacity: homes.size, dynamic: { storageClass: homes.storageClass ?? site.storage.className }, extraLabels: backupLabels(homes.backup) },
  };
}

function way({ namespace, ports }: ServiceFacts): Json {
  return { to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } } }], ports: ports.map(({ port }) => ({ port })) };
}

function checkNotebook(notebook: Notebook, refuse: Refuse): void {
  checkFields(refuse, notebook, NOTEBOOK, "notebook");
  const { memory, memoryLimit } = notebook;
  for (const [field, size] of Object.entries({ memory, memoryLimit })) checkSize(size, `notebook.${field}`, "512Mi", refuse);
  if ((parseBytes(memory) ?? 0) > (parseBytes(memoryLimit) ?? 0)) refuse("notebook.memory", `is ${memory}, more than the memoryLimit of ${memoryLimit}`, "Raise memoryLimit with it.");
}

/** It counts in powers of two, too, and leaves out the `i`. */
function jupyterBytes(size: Bytes): string {
  return size.replace("i", "");
}
