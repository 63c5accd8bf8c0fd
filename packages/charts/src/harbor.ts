import type { Json, KubernetesObject } from "@rzp/core";
import { externalSecretManifests } from "@rzp/infisical/manifests";
import { claim, postgresAddress, type Declaration, type RenderContext, type Self } from "@rzp/workload/manifests";
import type { ChartArgs, ChartVolume } from "./args.ts";
import { asks, chart, checkFields } from "./chart.ts";
import { addressOf, PASSWORD_PEER, type PasswordPeer } from "./peers.ts";

export interface HarborChartArgs extends ChartArgs {
  /** The volume with the images. Its backup class is that of the jobs' logs, too. */
  images: ChartVolume;
  /** A `postgresDatabase` whose database has the name it gets by default: projects, users, what there is of images. */
  database: PasswordPeer;
  /** Redis, or what speaks its protocol: sessions and jobs, in its databases 0 to 2. */
  cache: PasswordPeer;
}

/** Secret with the addresses of Redis, password included. */
const URLS = "harbor-redis";
/** Who keeps what where, by number of the database in Redis. */
const DATABASES = { _REDIS_URL_CORE: "0", JOB_SERVICE_POOL_REDIS_URL: "1", _REDIS_URL_REG: "2" };

/**
 * A registry of container images. Its keys: `HARBOR_ADMIN_PASSWORD` of the first account, `SECRET_KEY` (exactly 16 characters, never changed), `TOKEN_KEY` (an
 * RSA key in PEM), `REGISTRY_PASSWD` and the same as htpasswd in `REGISTRY_HTPASSWD`, and what its parts know one another by: `CSRF_KEY` (32 characters),
 * `CORE_SECRET`, `JOBSERVICE_SECRET` and `REGISTRY_HTTP_SECRET`. Values as of chart 1.19.1.
 */
export function harborChart(args: HarborChartArgs): Declaration {
  return chart("harborChart", args, { images: "required", database: "required", cache: "required" }, ({ version, images, database, cache, needs = [], talksTo = [], ...service }, { name, own, refuse }) => {
    for (const [path, peer] of Object.entries({ database, cache })) checkFields(refuse, peer, PASSWORD_PEER, path);
    const logs: ChartVolume = { ...images, size: "1Gi" };
    return {
      purpose: "Keeps container images.",
      ...service,
      upstream: "https://goharbor.io/docs",
      chart: { repoURL: "https://helm.goharbor.io", name: "harbor", version },
      values: (self, context) => ({ ...parts(self), ...elsewhere(args, self, context) }),
      secrets: [
        "HARBOR_ADMIN_PASSWORD", "CSRF_KEY", "JOBSERVICE_SECRET", "REGISTRY_HTTP_SECRET", "REGISTRY_PASSWD", "REGISTRY_HTPASSWD", // prettier-ignore
        { key: "secret", remote: own("CORE_SECRET") },
        { key: "secretKey", remote: own("SECRET_KEY") },
        { key: "tls.key", remote: own("TOKEN_KEY") },
        { key: "password", remote: database.password },
        { key: "REDIS_PASSWORD", remote: cache.password },
      ],
      route: { service: "harbor", port: 80, targetPort: 8080 },
      needs: [database.service, cache.service, ...needs],
      talksTo: [database.service, cache.service, ...talksTo],
      // All of its parts together.
      resources: { cpu: "250m", memory: "640Mi" },
      volumes: { images, "job-logs": logs },
      // Other registries, which it mirrors.
      network: { internet: true },
      objects: (self, context) => [...redisUrls(cache, self, context), claim(self, `${name}-images`, images), claim(self, `${name}-job-logs`, logs)],
    };
  });
}

/** The chart reads the password of Redis with `lookup`, which finds nothing under Argo CD: each part takes its own from the environment, which wins. */
function parts({ name, host }: Self): Record<string, Json> {
  const secrets = `${name}-secrets`;
  const existing = { existingSecret: secrets };
  const from = (variable: string, secret: string, key = variable) => ({ name: variable, valueFrom: { secretKeyRef: { name: secret, key } } });
  const password = [from("REGISTRY_REDIS_PASSWORD", secrets, "REDIS_PASSWORD")];
  return {
    // Images are pushed to this name and no other.
    externalURL: `https://${host}`,
    expose: { type: "clusterIP", tls: { enabled: false } },
    // A volume is one pod's at a time: a rolling update would wait for ever.
    updateStrategy: { type: "Recreate" },
    // Every one of these the chart makes anew, or has a well-known default for.
    existingSecretAdminPassword: secrets,
    existingSecretSecretKey: secrets,
    core: { ...existing, existingXsrfSecret: secrets, secretName: secrets, extraEnvVars: [from("_REDIS_URL_CORE", URLS), from("_REDIS_URL_REG", URLS)], resources: asks("100m", "192Mi", "768Mi") },
    jobservice: { ...existing, extraEnvVars: [from("JOB_SERVICE_POOL_REDIS_URL", URLS)], resources: asks("50m", "128Mi", "512Mi") },
    registry: { ...existing, credentials: existing, registry: { extraEnvVars: password, resources: asks("50m", "128Mi", "512Mi") }, controller: { extraEnvVars: password, resources: asks("20m", "64Mi", "256Mi") } },
    portal: { resources: asks("10m", "64Mi", "128Mi") },
    nginx: { resources: asks("20m", "64Mi", "256Mi") },
    trivy: { enabled: false },
  };
}

/** What it keeps, and where. */
function elsewhere({ database, cache }: HarborChartArgs, { name }: Self, context: RenderContext): Record<string, Json> {
  const { host, port, database: coreDatabase } = postgresAddress(database.service, context);
  return {
    database: { type: "external", external: { host, port: `${port}`, username: coreDatabase, coreDatabase, sslmode: "require", existingSecret: `${name}-secrets` } },
    redis: { type: "external", external: { addr: addressOf(context.service(cache.service)) } },
    persistence: { persistentVolumeClaim: { registry: { existingClaim: `${name}-images` }, jobservice: { jobLog: { existingClaim: `${name}-job-logs` } } } },
  };
}

function redisUrls({ service, password }: PasswordPeer, { namespace, site }: Self, context: RenderContext): KubernetesObject[] {
  const address = addressOf(context.service(service));
  const template = Object.fromEntries(Object.entries(DATABASES).map(([key, database]) => [key, `redis://:{{ .PASSWORD | urlquery }}@${address}/${database}`]));
  return externalSecretManifests(URLS, { namespace, store: site.secretStore.name, keys: [{ key: "PASSWORD", remote: password }], template });
}
