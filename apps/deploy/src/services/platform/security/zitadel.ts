import { helmWorkload } from "@rzp/workload/manifests";

/** Restricted in full: the chart's own contexts lack a part each. */
const HARDENED = { runAsNonRoot: true, runAsUser: 1000, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, privileged: false, capabilities: { drop: ["ALL"] } };
const REQUESTS = { cpu: "100m", memory: "256Mi" } as const;
const SMALL = { requests: { cpu: "20m", memory: "128Mi" }, limits: { memory: "512Mi" } };

export const zitadel = helmWorkload({
  purpose: "Signs people in, once for all services.",
  upstream: "https://zitadel.com/docs",
  risks: ["Its jobs may read and write every Secret of its namespace: they keep the tokens there that they make for the login page and for automation, which end on 2029-01-01."],
  chart: { repoURL: "https://charts.zitadel.com", name: "zitadel", version: "9.34.0" },
  values: ({ name, host }) => ({
    zitadel: {
      // Exactly 32 bytes, and never changed: without it the database cannot be read.
      masterkeySecretName: `${name}-secrets`,
      configmapConfig: {
        // What browsers see. Anything else ends in redirects without end.
        ExternalDomain: host,
        ExternalPort: 443,
        ExternalSecure: true,
        TLS: { Enabled: false },
        // It tells its makers about itself every day, unless told not to.
        ServicePing: { Enabled: false },
        Telemetry: { Enabled: false },
        // The first administrator's password is a secret; the one it has by default is in every manual.
        FirstInstance: { Org: { Human: { UserName: "admin", Email: { Address: `admin@${host}`, Verified: true }, PasswordChangeRequired: true } } },
        Database: { Postgres: { Host: "zitadel-db-rw.databases.svc", Port: 5432, Database: "zitadel", User: { Username: "zitadel", SSL: { Mode: "require" } }, Admin: { Username: "zitadel", SSL: { Mode: "require" } } } },
      },
    },
    envVarsSecret: `${name}-secrets`,
    // The operator made the database and its owner; only what is in it is left to do.
    initJob: { command: "zitadel", annotations: inSync(1), resources: SMALL },
    setupJob: { annotations: inSync(2), resources: SMALL, machinekeyWriter: { resources: SMALL } },
    annotations: { "argocd.argoproj.io/sync-wave": "3" },
    // Its pods wait for Zitadel itself.
    login: { annotations: { "argocd.argoproj.io/sync-wave": "4" }, env: [{ name: "OTEL_SDK_DISABLED", value: "true" }], resources: SMALL },
    // It would delete the tokens with the Application.
    cleanupJob: { enabled: false },
    postgresql: { enabled: false },
    // By default a tag of the cluster's own version, which may not exist yet.
    tools: { kubectl: { image: { tag: "1.36.2@sha256:44ef4942e171939b9c665a4a84beb80e2dcdb9a24330d4651cfdfd2e9deecc47" } }, wait4x: { resources: SMALL } },
    podSecurityContext: { runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000, seccompProfile: { type: "RuntimeDefault" } },
    securityContext: HARDENED,
    resources: { requests: REQUESTS, limits: { memory: "1Gi" } },
  }),
  secrets: ["masterkey", "ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORD", { key: "ZITADEL_DATABASE_POSTGRES_USER_PASSWORD", remote: "/platform/databases/zitadel-db/PASSWORD" }],
  // The login page is a program of its own.
  route: { host: "id", service: "zitadel", port: 8080, scheme: "h2c", paths: { "/ui/v2/login": { service: "zitadel-login", port: 3000 } } },
  ports: [{ name: "http", port: 8080 }],
  replicas: 2,
  resources: REQUESTS,
  talksTo: ["zitadel-db"],
  needs: ["zitadel-db"],
  network: { api: true },
});

/**
 * A hook of the sync, in a wave, in place of one before it: before the sync there is neither the Secret that the job reads nor, the first time, anything
 * that would make it, and the sync would wait for a job that waits for the sync.
 */
function inSync(wave: number): Record<string, string> {
  return { "argocd.argoproj.io/hook": "Sync", "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation", "argocd.argoproj.io/sync-wave": `${wave}` };
}
