import { workload, type WorkloadArgs } from "@rzp/workload/manifests";

/** Web, worker and migrations: always together with the digest of the ingestion. */
export const IMAGE = "docker.io/posthog/posthog:latest@sha256:18cd79f19ce8972869b845d2a708139d27ec59b6e3f8b9a5cfbd22e8521ccdf3";
const HOME = "/platform/observability/posthog/posthog";
const DATABASE = "postgres://posthog:$(POSTGRES_PASSWORD)@posthog-db.databases.svc:5432/posthog";

/** What each of its processes must know of the others. */
export const PARTS = {
  upstream: "https://posthog.com/docs/self-host",
  env: {
    DEPLOYMENT: "hobby",
    SITE_URL: ({ site }) => `https://posthog.${site.domain}`,
    OPT_OUT_CAPTURE: "true",
    DISABLE_MMDB: "true",
    OTEL_SDK_DISABLED: "true",
    SKIP_ASYNC_MIGRATIONS_SETUP: "1",
    DISABLE_SECURE_SSL_REDIRECT: "true",
    IS_BEHIND_PROXY: "true",
    // Nobody but the ingress controller reaches it.
    TRUST_ALL_PROXIES: "true",
    DATABASE_URL: DATABASE, PERSONS_DATABASE_URL: DATABASE, PERSONS_DB_WRITER_URL: DATABASE, PERSONS_DB_READER_URL: DATABASE,
    REDIS_URL: "redis://:$(REDIS_PASSWORD)@redis.redis.svc:6379/",
    KAFKA_HOSTS: "posthog-redpanda.posthog.svc:9092",
    CLICKHOUSE_HOST: "posthog-clickhouse.posthog.svc.cluster.local",
    CLICKHOUSE_DATABASE: "posthog",
    CLICKHOUSE_SECURE: "false",
    CLICKHOUSE_MIGRATIONS_CLUSTER: "posthog_migrations",
    CLICKHOUSE_API_USER: "default", CLICKHOUSE_API_PASSWORD: "$(CLICKHOUSE_PASSWORD)", CLICKHOUSE_APP_USER: "default", CLICKHOUSE_APP_PASSWORD: "$(CLICKHOUSE_PASSWORD)",
    OBJECT_STORAGE_ENABLED: "false",
  },
  secrets: [
    ...["SECRET_KEY", "ENCRYPTION_SALT_KEYS", "CLICKHOUSE_PASSWORD"].map((key) => ({ key, remote: `${HOME}/${key}` })),
    { key: "POSTGRES_PASSWORD", remote: "/platform/databases/posthog-db/PASSWORD" },
    { key: "REDIS_PASSWORD", remote: "/platform/databases/redis/PASSWORD" },
  ],
  talksTo: ["posthog-clickhouse", "posthog-redpanda", "posthog-db", "redis"],
  relax: { root: "nobody says for which user the image is made", writableRoot: "the image writes beside its own code", latest: "nobody releases versions: the digest is the version" },
} as const satisfies Partial<WorkloadArgs>;

export const posthog = workload({
  ...PARTS,
  purpose: "Says how people use what is made here: analytics of products.",
  risks: [
    "Off in the stack until wanted: nobody supports it on Kubernetes since 2023, it has no releases, and it asks for 15Gi of memory.",
    "Without feature flags, replays and exports, which take six more processes and a bucket. The successor is PostHog Cloud, or Umami as one workload with one database.",
  ],
  image: IMAGE,
  command: ["/bin/sh", "-c", "./bin/migrate && exec ./bin/docker-server"],
  port: 8000,
  // The other paths refuse a probe that does not name the host.
  health: "/_livez",
  startupSeconds: 1800,
  env: { ...PARTS.env, NGINX_UNIT_APP_PROCESSES: "2" },
  needs: PARTS.talksTo,
  resources: { cpu: "600m", memory: "4Gi", memoryLimit: "12Gi" },
});
