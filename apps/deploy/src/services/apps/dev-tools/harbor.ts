import { externalSecretManifests } from "@rzp/infisical/manifests";
import { claim, helmWorkload, type Self } from "@rzp/workload/manifests";

const IMAGES = { name: "harbor-images", size: "50Gi", backup: "weekly" } as const;
const LOGS = { name: "harbor-job-logs", size: "1Gi", backup: "weekly" } as const;
const REDIS = { address: "redis.redis.svc:6379", password: "/platform/databases/redis/PASSWORD" };
/** Secret with the addresses of Redis, password included. */
const URLS = "harbor-redis";
/** Who keeps what where, by number of the database in Redis. */
const DATABASES = { _REDIS_URL_CORE: "0", JOB_SERVICE_POOL_REDIS_URL: "1", _REDIS_URL_REG: "2" };

export const harbor = helmWorkload({
  purpose: "Keeps container images.",
  upstream: "https://goharbor.io/docs",
  chart: { repoURL: "https://helm.goharbor.io", name: "harbor", version: "1.19.1" },
  values,
  secrets: [
    "HARBOR_ADMIN_PASSWORD", "CSRF_KEY", "JOBSERVICE_SECRET", "REGISTRY_HTTP_SECRET", "REGISTRY_PASSWD", "REGISTRY_HTPASSWD", // prettier-ignore
    { key: "secret", remote: "/apps/dev-tools/harbor/CORE_SECRET" },
    { key: "secretKey", remote: "/apps/dev-tools/harbor/SECRET_KEY" },
    { key: "tls.key", remote: "/apps/dev-tools/harbor/TOKEN_KEY" },
    { key: "password", remote: "/platform/databases/harbor-db/PASSWORD" },
    { key: "REDIS_PASSWORD", remote: REDIS.password },
  ],
  route: { service: "harbor", port: 80, targetPort: 8080 },
  needs: ["harbor-db", "redis"],
  talksTo: ["harbor-db", "redis"],
  resources: { cpu: "250m", memory: "640Mi" },
  volumes: { images: { size: IMAGES.size, backup: IMAGES.backup }, "job-logs": { size: LOGS.size, backup: LOGS.backup } },
  // Other registries, which it mirrors.
  network: { internet: true },
  objects: (self) => [
    ...redisUrls(self),
    ...[IMAGES, LOGS].map((volume) => claim(self, volume.name, volume)),
  ],
});

/** The chart reads the password of Redis with `lookup`, which finds nothing under Argo CD: each part takes its own from the environment, which wins. */
function values({ name, host }: Self) {
  const secrets = `${name}-secrets`;
  const existing = { existingSecret: secrets };
  const from = (variable: string, secret: string, key = variable) => ({ name: variable, valueFrom: { secretKeyRef: { name: secret, key } } });
  const password = [from("REGISTRY_REDIS_PASSWORD", secrets, "REDIS_PASSWORD")];
  const asks = (cpu: string, memory: string, limit: string) => ({ requests: { cpu, memory }, limits: { memory: limit } });
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
    database: { type: "external", external: { host: "harbor-db.databases.svc", port: "5432", username: "harbor", coreDatabase: "harbor", sslmode: "require", ...existing } },
    redis: { type: "external", external: { addr: REDIS.address } },
    persistence: { persistentVolumeClaim: { registry: { existingClaim: IMAGES.name }, jobservice: { jobLog: { existingClaim: LOGS.name } } } },
    portal: { resources: asks("10m", "64Mi", "128Mi") },
    nginx: { resources: asks("20m", "64Mi", "256Mi") },
    trivy: { enabled: false },
  };
}

function redisUrls({ namespace, site }: Self) {
  const template = Object.fromEntries(Object.entries(DATABASES).map(([key, database]) => [key, `redis://:{{ .PASSWORD | urlquery }}@${REDIS.address}/${database}`]));
  return externalSecretManifests(URLS, { namespace, store: site.secretStore.name, keys: [{ key: "PASSWORD", remote: REDIS.password }], template });
}
