import { defined } from "@rzp/core";
import { postgresAddress, type Declaration } from "@rzp/workload/manifests";
import type { ChartArgs } from "./args.ts";
import { asks, chart, checkFields, HARDENED } from "./chart.ts";
import { PASSWORD_PEER, type PasswordPeer } from "./peers.ts";

export interface ZitadelChartArgs extends ChartArgs {
  /** Where everything is kept: a `postgresDatabase` whose database has the name it gets by default. */
  database: PasswordPeer;
  /** Name below the site's domain. Everybody who signs in is sent there, and its tokens name it: changing it is a new start for every client. @default the service's name */
  host?: string;
}

/** Restricted in full: the chart's own contexts lack a part each. */
const CONTAINER = { ...HARDENED, runAsNonRoot: true, runAsUser: 1000, privileged: false };
const SMALL = asks("20m", "128Mi", "512Mi");

/**
 * One login for all services. Its keys: `masterkey`, exactly 32 bytes and never changed, without which the database cannot be read, and the first
 * administrator's password, `ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORD`. Values as of chart 9.34.0.
 */
export function zitadelChart(args: ZitadelChartArgs): Declaration {
  return chart("zitadelChart", args, { database: "required", host: "optional" }, ({ version, database, host, needs = [], talksTo = [], ...service }, { refuse }) => {
    checkFields(refuse, database, PASSWORD_PEER, "database");
    const resources = asks("100m", "256Mi", "1Gi");
    return {
      purpose: "Signs people in, once for all services.",
      upstream: "https://zitadel.com/docs",
      ...service,
      risks: ["Its jobs may read and write every Secret of its namespace: they keep the tokens there that they make for the login page and for automation, which end on 2029-01-01."],
      chart: { repoURL: "https://charts.zitadel.com", name: "zitadel", version },
      release: "zitadel",
      values: (self, context) => ({
        zitadel: { masterkeySecretName: `${self.name}-secrets`, configmapConfig: config(self.host, postgresAddress(database.service, context)) },
        envVarsSecret: `${self.name}-secrets`,
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
        tools: { kubectl: { image: { repository: "alpine/k8s", tag: "1.36.2@sha256:44ef4942e171939b9c665a4a84beb80e2dcdb9a24330d4651cfdfd2e9deecc47" } }, wait4x: { resources: SMALL } },
        podSecurityContext: { runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000, seccompProfile: { type: "RuntimeDefault" } },
        securityContext: CONTAINER,
        resources,
      }),
      secrets: ["masterkey", "ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORD", { key: "ZITADEL_DATABASE_POSTGRES_USER_PASSWORD", remote: database.password }],
      // The login page is a program of its own.
      route: { ...defined({ host }), service: "zitadel", port: 8080, scheme: "h2c", paths: { "/ui/v2/login": { service: "zitadel-login", port: 3000 } } },
      ports: [{ name: "http", port: 8080 }],
      replicas: 2,
      resources: resources.requests,
      talksTo: [database.service, ...talksTo],
      needs: [database.service, ...needs],
      network: { api: true },
    };
  });
}

function config(host: string, { host: Host, port: Port, database: Database }: ReturnType<typeof postgresAddress>) {
  const user = { Username: Database, SSL: { Mode: "require" } };
  return {
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
    Database: { Postgres: { Host, Port, Database, User: user, Admin: user } },
  };
}

/**
 * A hook of the sync, in a wave, in place of one before it: before the sync there is neither the Secret that the job reads nor, the first time, anything
 * that would make it, and the sync would wait for a job that waits for the sync.
 */
function inSync(wave: number): Record<string, string> {
  return { "argocd.argoproj.io/hook": "Sync", "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation", "argocd.argoproj.io/sync-wave": `${wave}` };
}
