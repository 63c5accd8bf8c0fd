import { helmWorkload, hostOf, type RenderContext, type Self } from "@rzp/workload/manifests";
import { OBJECT_STORE } from "../../../object-store.ts";

const BUCKET = { accessKey: "/platform/backup/minio/LANGFUSE_ACCESS_KEY", secretKey: "/platform/backup/minio/LANGFUSE_SECRET_KEY" };

export const langfuse = helmWorkload({
  purpose: "Shows what language models were asked, what they answered, and what it cost.",
  upstream: "https://langfuse.com/self-hosting",
  chart: { repoURL: "oci://ghcr.io/langfuse/langfuse-k8s/charts", name: "langfuse", version: "2.0.0" },
  podSecurity: { level: "baseline", reason: "upstream names no user for its images that is not root" },
  values,
  secrets: [
    "SALT", "ENCRYPTION_KEY", "NEXTAUTH_SECRET", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "INIT_PASSWORD", // prettier-ignore
    { key: "POSTGRES_PASSWORD", remote: "/platform/databases/langfuse-db/PASSWORD" },
    { key: "REDIS_PASSWORD", remote: "/platform/databases/redis/PASSWORD" },
    { key: "CLICKHOUSE_PASSWORD", remote: "/apps/ai/langfuse-clickhouse/CLICKHOUSE_PASSWORD" },
    { key: "S3_ACCESS_KEY", remote: BUCKET.accessKey },
    { key: "S3_SECRET_KEY", remote: BUCKET.secretKey },
  ],
  route: { service: "langfuse-web", port: 3000 },
  needs: ["langfuse-db", "langfuse-clickhouse", "redis", "zitadel", OBJECT_STORE.service],
  // Zitadel by its public name, as its tokens demand: through the ingress controller.
  talksTo: ["langfuse-db", "langfuse-clickhouse", "redis", "traefik", OBJECT_STORE.service],
  replicas: 2,
  resources: { cpu: "100m", memory: "768Mi" },
  // Prices of models, and models that judge answers.
  network: { internet: true },
});

/** The chart makes each secret anew with every rendering, which would sign everybody out and leave nothing readable: all of them are given. */
function values({ name, host, site }: Self, context: RenderContext) {
  const secrets = `${name}-secrets`;
  const from = (key: string) => ({ secretKeyRef: { name: secrets, key } });
  const variable = (key: string, value: string) => ({ name: key, value });
  return {
    langfuse: {
      salt: from("SALT"),
      encryptionKey: from("ENCRYPTION_KEY"),
      nextauth: { url: `https://${host}`, secret: from("NEXTAUTH_SECRET") },
      features: { telemetryEnabled: false, signUpDisabled: true },
      serviceAccount: { automountServiceAccountToken: false },
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] }, seccompProfile: { type: "RuntimeDefault" } },
      image: { pullPolicy: "IfNotPresent" },
      resources: { requests: { cpu: "100m", memory: "768Mi" }, limits: { memory: "2Gi" } },
      additionalEnv: [
        // With sign-up closed this is who there is; whoever logs in through Zitadel by the same address is the same.
        variable("LANGFUSE_INIT_ORG_ID", "home"),
        variable("LANGFUSE_INIT_USER_EMAIL", site.certificates.email),
        { name: "LANGFUSE_INIT_USER_PASSWORD", valueFrom: from("INIT_PASSWORD") },
        variable("AUTH_CUSTOM_ALLOW_ACCOUNT_LINKING", "true"),
        variable("AUTH_CUSTOM_NAME", "Zitadel"),
        variable("AUTH_CUSTOM_ISSUER", `https://${hostOf(context.service("zitadel"), site) ?? ""}`),
        ...["CLIENT_ID", "CLIENT_SECRET"].map((key) => ({ name: `AUTH_CUSTOM_${key}`, valueFrom: from(`OIDC_${key}`) })),
      ],
    },
    postgresql: { deploy: false, host: "langfuse-db.databases.svc", auth: { username: "langfuse", database: "langfuse", existingSecret: secrets, secretKeys: { userPasswordKey: "POSTGRES_PASSWORD" } } },
    redis: { deploy: false, host: "redis.redis.svc", auth: { existingSecret: secrets, existingSecretPasswordKey: "REDIS_PASSWORD" } },
    // One server: no cluster to make tables on, and no kinds of an operator that is not here.
    clickhouse: { deploy: false, crdCheck: false, host: "langfuse-clickhouse.langfuse-clickhouse.svc", auth: { username: "langfuse", existingSecret: secrets, existingSecretKey: "CLICKHOUSE_PASSWORD" }, cluster: { enabled: false } },
    s3: { deploy: false, bucket: "langfuse", region: "us-east-1", endpoint: OBJECT_STORE.endpoint, forcePathStyle: true, accessKeyId: from("S3_ACCESS_KEY"), secretAccessKey: from("S3_SECRET_KEY") },
  };
}
