import { createHash } from "node:crypto";
import { BACKUP_LABEL, helmWorkload, hostOf, type RenderContext, type Self } from "@rzp/workload/manifests";

/** What the chart makes anew with every rendering. The first is read from its own Secret only, whatever else is given. */
const GENERATED = ["hub.config.ConfigurableHTTPProxy.auth_token", "hub.config.JupyterHub.cookie_secret", "hub.config.CryptKeeper.keys"];
const RESTRICTED = { allowPrivilegeEscalation: false, runAsNonRoot: true, capabilities: { drop: ["ALL"] }, seccompProfile: { type: "RuntimeDefault" } };
const NOTEBOOK = { extraEnv: { OLLAMA_HOST: "http://ollama.ollama.svc:11434" }, memory: { guarantee: "512M", limit: "4G" } };

export const jupyter = helmWorkload({
  purpose: "Notebooks, a server for each user.",
  upstream: "https://z2jh.jupyter.org",
  risks: ["The token between hub and proxy is made by the chart once and then left alone, because it takes none by reference; deleting the Secret `hub` takes a restart of both."],
  chart: { repoURL: "https://hub.jupyter.org/helm-chart/", name: "jupyterhub", version: "4.4.0" },
  values: (self, context) => {
    const values = chartValues(self, context);
    // The hub reads its settings from the Secret at its start, and the chart's own checksum of it never stays the same.
    const annotations = { "rzp.dev/settings": createHash("sha256").update(JSON.stringify(values)).digest("hex") };
    return { ...values, hub: { ...values.hub, annotations } };
  },
  secrets: ["OAUTH_CLIENT_ID", "OAUTH_CLIENT_SECRET", { key: "hub.config.JupyterHub.cookie_secret", remote: "/apps/ai/jupyter/COOKIE_SECRET" }, { key: "hub.config.CryptKeeper.keys", remote: "/apps/ai/jupyter/CRYPT_KEYS" }],
  route: { service: "proxy-public", port: 80, targetPort: 8000 },
  needs: ["ollama", "zitadel"],
  talksTo: ["ollama", "traefik"],
  resources: { cpu: "150m", memory: "384Mi" },
  volumes: { hub: { size: "1Gi", backup: { none: "who was logged in, and which servers run: the hub finds out again" } } },
  network: "the chart's own policies keep notebooks away from the cluster, the home network and the proxy's API; one for the whole namespace would open them",
  application: {
    respectIgnoreDifferences: true,
    ignoreDifferences: [
      { kind: "Secret", name: "hub", jsonPointers: GENERATED.map((key) => `/data/${key}`) },
      { group: "apps", kind: "Deployment", name: "hub", jsonPointers: ["/spec/template/metadata/annotations/checksum~1secret"] },
      { group: "apps", kind: "Deployment", name: "proxy", jsonPointers: ["/spec/template/metadata/annotations/checksum~1auth-token"] },
    ],
  },
});

function chartValues({ name, host, site }: Self, context: RenderContext) {
  const issuer = `https://${hostOf(context.service("zitadel"), site) ?? ""}`;
  const from = (key: string) => ({ valueFrom: { secretKeyRef: { name: `${name}-secrets`, key } } });
  return {
    hub: {
      existingSecret: `${name}-secrets`,
      db: { pvc: { storageClassName: site.storage.className } },
      extraEnv: { OAUTH_CLIENT_ID: from("OAUTH_CLIENT_ID"), OAUTH_CLIENT_SECRET: from("OAUTH_CLIENT_SECRET") },
      resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "1Gi" } },
      config: {
        // The default lets everybody in under any name. Who has a grant of this client is for Zitadel to say.
        JupyterHub: { authenticator_class: "generic-oauth" }, KubeSpawner: { container_security_context: RESTRICTED }, // prettier-ignore
        GenericOAuthenticator: {
          oauth_callback_url: `https://${host}/hub/oauth_callback`,
          authorize_url: `${issuer}/oauth/v2/authorize`, token_url: `${issuer}/oauth/v2/token`, userdata_url: `${issuer}/oidc/v1/userinfo`, // prettier-ignore
          scope: ["openid", "profile", "email"], username_claim: "preferred_username", login_service: "Zitadel", allow_all: true,
        },
      },
    },
    proxy: { service: { type: "ClusterIP" }, chp: { resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "512Mi" } } } },
    singleuser: {
      // By default every notebook gets a privileged container ahead of it. The policy below does the same.
      cloudMetadata: { blockWithIptables: false },
      networkPolicy: { egress: [{ to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "ollama" } } }], ports: [{ port: 11_434 }] }] },
      ...NOTEBOOK,
      storage: { capacity: "5Gi", dynamic: { storageClass: site.storage.className }, extraLabels: { [BACKUP_LABEL]: "daily", "recurring-job.longhorn.io/source": "enabled", "recurring-job-group.longhorn.io/daily": "enabled" } },
    },
    // A scheduler of Kubernetes 1.30, and pods that pull images ahead of every sync.
    scheduling: { userScheduler: { enabled: false }, userPlaceholder: { enabled: false } },
    prePuller: { hook: { enabled: false }, continuous: { enabled: false } },
  };
}
